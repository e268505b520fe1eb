// SPDX-License-Identifier: Apache-2.0
//
// Names that would control a terminal, hide in it, or fill it.
#include <string>

#include "tests/frontends/loading.h"
#include "tests/hostile/vector.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::ModelProto;

// A C1 control that begins an escape sequence, a turn of direction, a Hangul
// filler, a joiner of graphemes, an annotation, a selector of variants, the
// empty Braille pattern, a space without width.
constexpr const char* kHidden =
    "\u009b31m\u202e\u3164\u034f\ufff9\U000e0100\u2800\u200b";
constexpr const char* kSpeltOut =
    "\\xc2\\x9b31m\\xe2\\x80\\xae\\xe3\\x85\\xa4\\xcd\\x8f\\xef\\xbf\\xb9"
    "\\xf3\\xa0\\x84\\x80\\xe2\\xa0\\x80\\xe2\\x80\\x8b";

// y = Relu(name), which nothing makes.
Vector Unmade(const std::string& row, const std::string& name,
              const std::string& tensor, const std::string& shown) {
  return {row,
          name,
          [=](const Site& site) {
            ModelProto model = ReluModel();
            model.mutable_graph()->mutable_node(0)->set_input(0, tensor);
            site.Save(model);
          },
          3,
          {"error[E219]: MODEL: graph 'main', node 0 (Relu): its input '" +
           shown + "' is made by no node and is no input or initializer"}};
}

// Everything has such a name; the command prints all of it.
Vector Named(const std::string& row, const std::string& name,
             const std::string& text, std::vector<std::string> flags = {}) {
  Vector vector = {row,
                   name,
                   [=](const Site& site) {
                     ModelProto model = ReluModel();
                     auto* graph = model.mutable_graph();
                     auto* node = graph->mutable_node(0);
                     graph->set_name(text);
                     node->set_name(text + "1");
                     node->set_input(0, text + "2");
                     node->set_output(0, text + "3");
                     graph->mutable_input(0)->set_name(text + "2");
                     graph->mutable_output(0)->set_name(text + "3");
                     site.Save(model);
                   },
                   0,
                   {}};
  vector.flags = std::move(flags);
  return vector;
}

}  // namespace

std::vector<Vector> TextVectors() {
  const std::string hidden = "hidden characters";
  const std::string row = "names of 60 KB";
  const std::string name(60'000, 'n');
  const std::string part(100, 'n');
  return {
      Unmade(hidden, "HiddenCharactersInAnError", kHidden, kSpeltOut),
      Named(hidden, "HiddenCharacters", kHidden),
      Named(hidden, "HiddenCharactersInJson", kHidden, {"--json"}),
      Unmade(row, "LongNameInAnError", name, part + "..." + part),
      Named(row, "LongNames", name),
      Named(row, "LongNamesInJson", name, {"--json"}),
  };
}

}  // namespace dnncut
