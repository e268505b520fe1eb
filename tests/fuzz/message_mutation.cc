// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/message_mutation.h"

#include <cmath>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dnncut {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Of a large model only the first.
constexpr size_t kMaxMessages = 20'000;

template <typename Element>
const Element& Pick(const std::vector<Element>& elements, Random* random) {
  return elements[random->Below(static_cast<int>(elements.size()))];
}

// What a model has, to take from.
struct Contents {
  std::map<std::string, std::vector<Message*>> messages;  // by type
  // By kind of text: names of tensors and the like, operators, domains.
  std::map<std::string, std::vector<std::string>> texts;
  size_t count = 0;
};

// Names are what refers to each other.
std::string KindOfText(const FieldDescriptor& field) {
  for (const char* kind : {"op_type", "domain", "dim_param", "doc_string"}) {
    if (field.name() == kind) return kind;
  }
  return "name";
}

void Collect(Message* message, Contents* contents) {
  if (contents->count++ > kMaxMessages) return;
  contents->messages[message->GetDescriptor()->full_name()].push_back(message);
  const Reflection& reflection = *message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count =
        field->is_repeated() ? reflection.FieldSize(*message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        Collect(field->is_repeated()
                    ? reflection.MutableRepeatedMessage(message, field, i)
                    : reflection.MutableMessage(message, field),
                contents);
      } else if (field->type() == FieldDescriptor::TYPE_STRING) {
        contents->texts[KindOfText(*field)].push_back(
            field->is_repeated()
                ? reflection.GetRepeatedString(*message, field, i)
                : reflection.GetString(*message, field));
      }
    }
  }
}

int64_t AnyInteger(Random* random) {
  static const int64_t kIntegers[] = {0,
                                      1,
                                      -1,
                                      2,
                                      3,
                                      64,
                                      65,
                                      1024,
                                      INT32_MAX,
                                      int64_t{1} << 32,
                                      10'000'000'000,
                                      int64_t{1} << 62,
                                      INT64_MAX,
                                      INT64_MIN};
  if (random->Chance(1, 2)) return random->Below(20);
  return kIntegers[random->Below(std::size(kIntegers))];
}

double AnyReal(Random* random) {
  static const double kReals[] = {0,    1,        -1,        0.5,
                                  1e30, INFINITY, -INFINITY, NAN};
  return kReals[random->Below(std::size(kReals))];
}

std::string AnyText(const FieldDescriptor& field, const Contents& contents,
                    Random* random) {
  static const char* const kTexts[] = {
      "",       "a b", "</script>", "\xC3\xA4", "line\nbreak", "\xFF",
      "a'b\"c", "..",  "weights",   "ai.onnx",  "unk__1",      "*"};
  if (field.type() == FieldDescriptor::TYPE_BYTES) {
    return std::string(static_cast<size_t>(random->Below(40)),
                       static_cast<char>(random->Below(256)));
  }
  const auto found = contents.texts.find(KindOfText(field));
  if (found == contents.texts.end() || random->Chance(1, 8)) {
    return kTexts[random->Below(std::size(kTexts))];
  }
  return Pick(found->second, random);
}

// One field of one message, singular or one element of many.
class FieldChange {
 public:
  FieldChange(const FieldDescriptor* field, const Contents& contents,
              const Contents& others, Random* random, Message* message)
      : field_(field),
        contents_(contents),
        others_(others),
        random_(random),
        message_(message),
        reflection_(*message->GetReflection()) {}

  void Run() {
    if (field_->is_repeated()) {
      ChangeList();
    } else if (random_->Chance(1, 4)) {
      reflection_.ClearField(message_, field_);
    } else {
      Set();
    }
  }

 private:
  void ChangeList() {
    const int count = reflection_.FieldSize(*message_, field_);
    const int at = count == 0 ? 0 : random_->Below(count);
    const int kind = count == 0 ? 0 : random_->Below(5);
    if (kind == 0) {
      Add();
    } else if (kind == 1) {
      reflection_.SwapElements(message_, field_, at, count - 1);
      reflection_.RemoveLast(message_, field_);
    } else if (kind == 2) {
      reflection_.SwapElements(message_, field_, at, random_->Below(count));
    } else if (kind == 3 && random_->Chance(1, 4)) {
      reflection_.ClearField(message_, field_);
    } else {  // a new one in the place of an old one
      Add();
      reflection_.SwapElements(message_, field_, at, count);
      if (kind == 4) reflection_.RemoveLast(message_, field_);
    }
  }

  // A copy: the message may hold the one that it replaces.
  std::unique_ptr<Message> AnyMessage() const {
    const Contents& source = random_->Chance(1, 3) ? others_ : contents_;
    const auto found =
        source.messages.find(field_->message_type()->full_name());
    const Message& empty =
        *reflection_.GetMessageFactory()->GetPrototype(field_->message_type());
    std::unique_ptr<Message> copy(empty.New());
    if (found != source.messages.end()) {
      copy->CopyFrom(*Pick(found->second, random_));
    }
    return copy;
  }

  int AnyEnum() const {
    const auto& values = *field_->enum_type();
    return values.value(random_->Below(values.value_count()))->number();
  }

  void Set() {
    switch (field_->cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return reflection_.SetInt32(message_, field_,
                                    static_cast<int32_t>(AnyInteger(random_)));
      case FieldDescriptor::CPPTYPE_INT64:
        return reflection_.SetInt64(message_, field_, AnyInteger(random_));
      case FieldDescriptor::CPPTYPE_FLOAT:
        return reflection_.SetFloat(message_, field_,
                                    static_cast<float>(AnyReal(random_)));
      case FieldDescriptor::CPPTYPE_ENUM:
        return reflection_.SetEnumValue(message_, field_, AnyEnum());
      case FieldDescriptor::CPPTYPE_STRING:
        return reflection_.SetString(message_, field_,
                                     AnyText(*field_, contents_, random_));
      case FieldDescriptor::CPPTYPE_MESSAGE: {
        const auto copy = AnyMessage();
        return reflection_.MutableMessage(message_, field_)->CopyFrom(*copy);
      }
      default:  // ONNX has no others
        return;
    }
  }

  void Add() {
    switch (field_->cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return reflection_.AddInt32(message_, field_,
                                    static_cast<int32_t>(AnyInteger(random_)));
      case FieldDescriptor::CPPTYPE_INT64:
        return reflection_.AddInt64(message_, field_, AnyInteger(random_));
      case FieldDescriptor::CPPTYPE_UINT64:
        return reflection_.AddUInt64(
            message_, field_, static_cast<uint64_t>(AnyInteger(random_)));
      case FieldDescriptor::CPPTYPE_FLOAT:
        return reflection_.AddFloat(message_, field_,
                                    static_cast<float>(AnyReal(random_)));
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return reflection_.AddDouble(message_, field_, AnyReal(random_));
      case FieldDescriptor::CPPTYPE_STRING:
        return reflection_.AddString(message_, field_,
                                     AnyText(*field_, contents_, random_));
      case FieldDescriptor::CPPTYPE_MESSAGE: {
        const auto copy = AnyMessage();
        return reflection_.AddMessage(message_, field_)->CopyFrom(*copy);
      }
      default:
        return;
    }
  }

  const FieldDescriptor* field_;
  const Contents& contents_;
  const Contents& others_;
  Random* random_;
  Message* message_;
  const Reflection& reflection_;
};

}  // namespace

void MutateMessage(const Message& other, Random* random, Message* root) {
  Contents contents;
  Collect(root, &contents);
  // Not changed, only looked at; Collect is the same for both.
  Contents others;
  std::unique_ptr<Message> copy(other.New());
  copy->CopyFrom(other);
  Collect(copy.get(), &others);
  // First the kind: there are many tensors and few graphs.
  auto kind = contents.messages.begin();
  std::advance(kind, random->Below(static_cast<int>(contents.messages.size())));
  const Descriptor& type = *kind->second.front()->GetDescriptor();
  if (type.field_count() == 0) return;
  FieldChange(type.field(random->Below(type.field_count())), contents, others,
              random, Pick(kind->second, random))
      .Run();
}

}  // namespace dnncut
