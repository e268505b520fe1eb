// SPDX-License-Identifier: Apache-2.0
//
// Halves as they are written pass; each thing that can be wrong with one is
// found and named.
#include "tools/verify/half_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "backends/result_writer.h"
#include "tests/backends/halves/split_model.h"
#include "tests/backends/test_models.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::ModelProto;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

void Write(const SplitModel& split, const std::string& out,
           bool inline_weights = false) {
  ResultOptions options;
  options.out = out;
  options.force = true;
  options.inline_weights = inline_weights;
  WriteResult(split.AsResult(), options);
}

void ExpectAllPass(bool inline_weights, Side result) {
  for (const TestModel& model : AllTestModels()) {
    const TempFolder temp;
    const SplitModel split = MakeSplitModel(model.proto, temp, result);
    const std::string out = temp / "out";
    Write(split, out, inline_weights);
    const TableFile table = ReadTableFile(out);
    HalfChecker checker(split.model, table, out);
    EXPECT_FALSE(checker.IsRandom()) << model.name;
    for (size_t cut = 0; cut < table.cuts.size(); ++cut) {
      EXPECT_THAT(checker.Check(static_cast<int>(cut)), IsEmpty())
          << model.name << ", cut " << cut;
    }
  }
}

TEST(HalfCheck, EveryHalfOfEveryTestModelPasses) {
  ExpectAllPass(false, Side::kDevice);
  ExpectAllPass(true, Side::kServer);
}

// The cut of the chain model after its first two layers, a and b.
class TamperedHalf : public testing::Test {
 protected:
  TamperedHalf() : split_(MakeSplitModel(ChainModel(), temp_)) {
    out_ = temp_ / "out";
    Write(split_, out_);
    table_ = ReadTableFile(out_);
    for (size_t c = 0; c < table_.cuts.size(); ++c) {
      if (table_.cuts[c].costs.layers.device == 2) cut_ = static_cast<int>(c);
    }
  }

  std::string PathOf(const char* side) const {
    return fmt::format("{}/{}/cut{}.onnx", out_, side, cut_);
  }

  void Change(const char* side,
              const std::function<void(ModelProto*)>& change) const {
    ModelProto half;
    ASSERT_TRUE(half.ParseFromString(ReadAll(PathOf(side))));
    change(&half);
    WriteAll(PathOf(side), half.SerializeAsString());
  }

  std::vector<std::string> Faults() const {
    return HalfChecker(split_.model, table_, out_).Check(cut_);
  }

  void ExpectFault(const std::string& part) const {
    EXPECT_THAT(Faults(), Contains(HasSubstr(part)));
  }

  TempFolder temp_;
  SplitModel split_;
  std::string out_;
  TableFile table_;
  int cut_ = -1;
};

TEST_F(TamperedHalf, PassesAsItStands) {
  ASSERT_GE(cut_, 0);
  EXPECT_THAT(Faults(), IsEmpty());
}

TEST_F(TamperedHalf, AWeightInTheFile) {
  const std::string path = out_ + "/device/weights.bin";
  std::string bytes = ReadAll(path);
  bytes.back() ^= 1;
  WriteAll(path, bytes);
  EXPECT_THAT(Faults(),
              testing::ElementsAre(HasSubstr("weight 'w2' is not as in the "
                                             "model: the data differs")));
}

TEST_F(TamperedHalf, AWeightThatIsCutOff) {
  const std::string path = out_ + "/server/weights.bin";
  WriteAll(path, ReadAll(path).substr(0, 1000));
  ExpectFault("w1");
}

TEST_F(TamperedHalf, AWeightOfAnotherShape) {
  Change("device", [](ModelProto* half) {
    half->mutable_graph()->mutable_initializer(0)->set_dims(0, 256);
    half->mutable_graph()->mutable_initializer(0)->add_dims(2);
  });
  ExpectFault("weight 'w1' is not as in the model: the type");
}

TEST_F(TamperedHalf, AnotherOperator) {
  Change("server", [](ModelProto* half) {
    half->mutable_graph()->mutable_node(0)->set_op_type("Neg");
  });
  ExpectFault("the operator (Neg instead of Relu) differs");
}

TEST_F(TamperedHalf, AnotherAttribute) {
  Change("server", [](ModelProto* half) {
    auto* attribute = half->mutable_graph()->mutable_node(0)->add_attribute();
    attribute->set_name("alpha");
    attribute->set_type(ONNX_NAMESPACE::AttributeProto::FLOAT);
    attribute->set_f(1);
  });
  ExpectFault("layer 'c' (Relu) is not as in the model: the attributes");
}

TEST_F(TamperedHalf, OtherInputs) {
  Change("server", [](ModelProto* half) {
    auto* node = half->mutable_graph()->mutable_node(1);
    node->mutable_input()->SwapElements(0, 1);
  });
  ExpectFault("layer 'd' (Sub) is not as in the model: the inputs differs");
}

TEST_F(TamperedHalf, ALayerIsGone) {
  Change("server", [](ModelProto* half) {
    half->mutable_graph()->mutable_node()->RemoveLast();
    half->mutable_graph()->mutable_output()->RemoveLast();
  });
  ExpectFault("layer 'z' (Relu) is in neither half");
  ExpectFault("no half emits the output 'z'");
  ExpectFault("has 3 nodes that depend on an input; table.json says 4");
}

TEST_F(TamperedHalf, ALayerIsInBothHalves) {
  Change("device", [this](ModelProto* half) {
    *half->mutable_graph()->add_node() = split_.model.proto.graph().node(2);
  });
  ExpectFault("layer 'c' (Relu) is in both halves");
}

TEST_F(TamperedHalf, ALayerThatTheModelDoesNotHave) {
  Change("device", [](ModelProto* half) {
    auto* node = half->mutable_graph()->add_node();
    node->set_op_type("Neg");
    node->add_input("b");
    node->add_output("spy");
    half->mutable_graph()->add_output()->CopyFrom(half->graph().output(0));
    half->mutable_graph()->mutable_output()->rbegin()->set_name("spy");
  });
  ExpectFault("layer 'spy' (Neg) is not in the model");
  ExpectFault("emits 'spy', which nobody wants");
}

TEST_F(TamperedHalf, LayersInAnotherOrder) {
  Change("server", [](ModelProto* half) {
    // d and z both wait for c only.
    half->mutable_graph()->mutable_node()->SwapElements(1, 3);
    half->mutable_graph()->mutable_node()->SwapElements(2, 3);
  });
  ExpectFault("is not where the model has it");
}

TEST_F(TamperedHalf, SomethingThatCrossesIsNotEmitted) {
  Change("device", [](ModelProto* half) {
    half->mutable_graph()->mutable_output()->RemoveLast();
  });
  ExpectFault("does not emit 'b', which crosses");
}

TEST_F(TamperedHalf, AnInputThatNobodySends) {
  Change("server", [](ModelProto* half) {
    half->mutable_graph()->mutable_initializer()->Clear();
    auto* input = half->mutable_graph()->add_input();
    *input = half->graph().input(0);
    input->set_name("w1");
  });
  ExpectFault("reads 'w1', which it is not given");
}

TEST_F(TamperedHalf, OtherVersions) {
  Change("device", [](ModelProto* half) {
    half->set_ir_version(7);
    half->mutable_opset_import(0)->set_version(12);
  });
  ExpectFault("its IR version is not the model's");
  ExpectFault("it imports version 12 of the operators ''");
}

TEST_F(TamperedHalf, AHalfThatIsNoModel) {
  WriteAll(PathOf("device"), "rubbish");
  ExpectFault("device/cut");
}

TEST(HalfCheck, AFunctionThatIsAnother) {
  const TempFolder temp;
  const SplitModel split = MakeSplitModel(FunctionModel(), temp);
  const std::string out = temp / "out";
  Write(split, out);
  const TableFile table = ReadTableFile(out);
  int checked = 0;
  for (size_t c = 0; c < table.cuts.size(); ++c) {
    if (!table.cuts[c].models.device) continue;
    const std::string path = out + "/" + *table.cuts[c].models.device;
    ModelProto half;
    ASSERT_TRUE(half.ParseFromString(ReadAll(path)));
    if (half.functions_size() == 0) continue;
    half.mutable_functions(0)->mutable_node(0)->set_op_type("Neg");
    WriteAll(path, half.SerializeAsString());
    ++checked;
    EXPECT_THAT(HalfChecker(split.model, table, out).Check(static_cast<int>(c)),
                Contains(HasSubstr("is not as in the model")));
  }
  EXPECT_GT(checked, 0);
}

TEST(HalfCheck, LayersThatMakeNothing) {
  ModelProto model = ChainModel();
  for (int i = 0; i < 2; ++i) {
    auto* node = model.mutable_graph()->add_node();
    node->set_op_type("Neg");
    node->add_input("a");
    node->add_output("");
  }
  const TempFolder temp;
  const SplitModel split = MakeSplitModel(model, temp);
  const std::string out = temp / "out";
  Write(split, out);
  const TableFile table = ReadTableFile(out);
  HalfChecker checker(split.model, table, out);
  for (size_t cut = 0; cut < table.cuts.size(); ++cut) {
    EXPECT_THAT(checker.Check(static_cast<int>(cut)), IsEmpty()) << cut;
  }
}

TEST(HalfCheck, RandomModelsAreKnown) {
  const TempFolder temp;
  const SplitModel split = MakeSplitModel(ParseModel(R"(
    <ir_version: 8, opset_import: ["" : 15]>
    net (float[1,8] x) => (float[1,8] y) {
      n = RandomNormalLike (x)
      y = Add (x, n)
    })"),
                                          temp);
  const std::string out = temp / "out";
  Write(split, out);
  const TableFile table = ReadTableFile(out);
  HalfChecker checker(split.model, table, out);
  EXPECT_TRUE(checker.IsRandom());
  EXPECT_THAT(checker.Check(0), IsEmpty());
}

}  // namespace
}  // namespace dnncut
