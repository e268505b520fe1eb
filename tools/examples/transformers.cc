// SPDX-License-Identifier: Apache-2.0
//
// BERT base (Devlin et al. 2018, uncased vocabulary, with its pooler) and GPT-2
// (Radford et al. 2019, small width, any depth), as Hugging Face's transformers
// library has them, at a sequence length of 128.
#include <fmt/format.h>

#include <string>
#include <vector>

#include "compiler/model/tensor_data.h"
#include "tools/examples/architectures.h"

namespace dnncut {
namespace {

using ONNX_NAMESPACE::NodeProto;
using ONNX_NAMESPACE::TensorProto;

constexpr int64_t kTokens = 128;
constexpr int64_t kHidden = 768;
constexpr int64_t kHeads = 12;
constexpr int64_t kHeadSize = kHidden / kHeads;
constexpr WeightRange kEmbedding{.spread = 0.035f, .light = 0.01f};

// Ids 0, 1, 2, ...: an input of a node with constant inputs only.
Activation Positions(ModelBuilder* m) {
  std::vector<int64_t> ids;
  for (int64_t i = 0; i < kTokens; ++i) ids.push_back(i);
  return m->Literal("position_ids", TensorProto::INT64, {1, kTokens},
                    RawBytes(ids));
}

// [1, tokens, hidden] -> [1, heads, tokens, head size], or with the last two
// swapped.
Activation SplitHeads(ModelBuilder* m, Activation x, const std::string& name,
                      bool swapped) {
  x = m->Reshape(x, name + ".reshape", {1, kTokens, kHeads, kHeadSize});
  return m->Transpose(x, name + ".transpose",
                      swapped ? std::vector<int64_t>{0, 2, 3, 1}
                              : std::vector<int64_t>{0, 2, 1, 3});
}

Activation JoinHeads(ModelBuilder* m, Activation x, const std::string& name) {
  x = m->Transpose(x, name + ".transpose", {0, 2, 1, 3});
  return m->Reshape(x, name + ".reshape", {1, kTokens, kHidden});
}

Activation Scores(ModelBuilder* m, const Activation& query,
                  const Activation& key, const std::string& name) {
  Activation x = m->MatMul(query, key, name + ".scores");
  return m->Binary("Div", x, m->Scalar(8), name + ".scale");  // sqrt(64)
}

// With the error function.
Activation Gelu(ModelBuilder* m, const Activation& x, const std::string& name) {
  Activation y = m->Binary("Div", x, m->Scalar(1.41421354f), name + ".div");
  y = m->Unary("Erf", y, name + ".erf");
  y = m->Binary("Add", y, m->Scalar(1), name + ".add");
  y = m->Binary("Mul", x, y, name + ".mul");
  return m->Binary("Mul", y, m->Scalar(0.5f), name + ".half");
}

// The approximation with tanh.
Activation GeluTanh(ModelBuilder* m, const Activation& x,
                    const std::string& name) {
  Activation y = m->Binary("Pow", x, m->Scalar(3), name + ".pow");
  y = m->Binary("Mul", y, m->Scalar(0.044715f), name + ".cubic");
  y = m->Binary("Add", x, y, name + ".add");
  y = m->Binary("Mul", y, m->Scalar(0.797884583f), name + ".scale");
  y = m->Unary("Tanh", y, name + ".tanh");
  y = m->Binary("Add", y, m->Scalar(1), name + ".add_one");
  Activation half = m->Binary("Mul", x, m->Scalar(0.5f), name + ".half");
  return m->Binary("Mul", half, y, name + ".mul");
}

// 0 where attention_mask is 1, -10000 where it is 0: [1, 1, 1, tokens].
Activation AdditiveMask(ModelBuilder* m, const Activation& attention_mask) {
  Activation x = m->Add("Unsqueeze", {attention_mask, m->Int64s({1, 2})},
                        "mask.unsqueeze", {1, 1, 1, kTokens});
  NodeProto* cast = m->AddNode("Cast", {x}, "mask.cast", 1);
  SetInt(cast, "to", TensorProto::FLOAT);
  x.name = cast->output(0);
  Activation inverse = m->Add("Sub", {m->Scalar(1), x}, "mask.sub", x.shape);
  return m->Binary("Mul", inverse, m->Scalar(-10000), "mask.mul");
}

Activation BertLayer(ModelBuilder* m, const Activation& x,
                     const Activation& mask, const std::string& name) {
  const std::string self = name + ".attention.self";
  Activation query = m->Linear(x, self + ".query", kHidden);
  Activation key = m->Linear(x, self + ".key", kHidden);
  Activation value = m->Linear(x, self + ".value", kHidden);
  query = SplitHeads(m, query, self + ".query", false);
  key = SplitHeads(m, key, self + ".key", true);
  value = SplitHeads(m, value, self + ".value", false);
  Activation y = Scores(m, query, key, self);
  y = m->Binary("Add", y, mask, self + ".mask");
  y = m->Softmax(y, self + ".softmax");
  y = m->MatMul(y, value, self + ".context");
  y = JoinHeads(m, y, self);
  const std::string output = name + ".attention.output";
  y = m->Linear(y, output + ".dense", kHidden);
  y = m->Binary("Add", y, x, output + ".residual");
  Activation attended = m->LayerNorm(y, output + ".LayerNorm", 1e-12f);
  y = m->Linear(attended, name + ".intermediate.dense", 4 * kHidden);
  y = Gelu(m, y, name + ".intermediate.gelu");
  y = m->Linear(y, name + ".output.dense", kHidden);
  y = m->Binary("Add", y, attended, name + ".output.residual");
  return m->LayerNorm(y, name + ".output.LayerNorm", 1e-12f);
}

// 1 where a token may look: itself and what comes before it.
Activation CausalMask(ModelBuilder* m) {
  std::string bytes(kTokens * kTokens, '\0');
  for (int64_t row = 0; row < kTokens; ++row) {
    for (int64_t column = 0; column <= row; ++column) {
      bytes[row * kTokens + column] = 1;
    }
  }
  return m->Literal("causal_mask", TensorProto::BOOL, {1, 1, kTokens, kTokens},
                    bytes);
}

Activation Gpt2Block(ModelBuilder* m, const Activation& x,
                     const Activation& mask, const std::string& name) {
  const std::string attention = name + ".attn";
  Activation y = m->LayerNorm(x, name + ".ln_1", 1e-5f);
  y = m->Linear(y, attention + ".c_attn", 3 * kHidden);
  Activation parts = m->Int64s({kHidden, kHidden, kHidden});
  NodeProto* split = m->AddNode("Split", {y, parts}, attention + ".split", 3);
  SetInt(split, "axis", 2);
  const std::vector<int64_t> shape = {1, kTokens, kHidden};
  Activation query{split->output(0), shape};
  Activation key{split->output(1), shape};
  Activation value{split->output(2), shape};
  query = SplitHeads(m, query, attention + ".query", false);
  key = SplitHeads(m, key, attention + ".key", true);
  value = SplitHeads(m, value, attention + ".value", false);
  y = Scores(m, query, key, attention);
  y = m->Add("Where", {mask, y, m->Scalar(-10000)}, attention + ".mask",
             y.shape);
  y = m->Softmax(y, attention + ".softmax");
  y = m->MatMul(y, value, attention + ".context");
  y = JoinHeads(m, y, attention);
  y = m->Linear(y, attention + ".c_proj", kHidden);
  Activation attended = m->Binary("Add", y, x, attention + ".residual");
  y = m->LayerNorm(attended, name + ".ln_2", 1e-5f);
  y = m->Linear(y, name + ".mlp.c_fc", 4 * kHidden);
  y = GeluTanh(m, y, name + ".mlp.act");
  y = m->Linear(y, name + ".mlp.c_proj", kHidden);
  return m->Binary("Add", attended, y, name + ".mlp.residual");
}

}  // namespace

ModelBuilder BuildBertBase(const ExampleOptions& options) {
  ModelBuilder m("bert-base", options);
  const std::vector<int64_t> shape = {1, kTokens};
  Activation ids = m.Input("input_ids", TensorProto::INT64, shape);
  Activation mask = m.Input("attention_mask", TensorProto::INT64, shape);
  Activation types = m.Input("token_type_ids", TensorProto::INT64, shape);
  mask = AdditiveMask(&m, mask);

  Activation words = m.Weights("embeddings.word_embeddings.weight",
                               {30522, kHidden}, kEmbedding);
  Activation segments = m.Weights("embeddings.token_type_embeddings.weight",
                                  {2, kHidden}, kEmbedding);
  Activation places = m.Weights("embeddings.position_embeddings.weight",
                                {512, kHidden}, kEmbedding);
  Activation x = m.Embedding(ids, "embeddings.word_embeddings", words);
  Activation y =
      m.Embedding(types, "embeddings.token_type_embeddings", segments);
  x = m.Binary("Add", x, y, "embeddings.add");
  y = m.Embedding(Positions(&m), "embeddings.position_embeddings", places);
  x = m.Binary("Add", x, y, "embeddings.add_positions");
  x = m.LayerNorm(x, "embeddings.LayerNorm", 1e-12f);
  for (int i = 0; i < 12; ++i) {
    x = BertLayer(&m, x, mask, fmt::format("encoder.layer.{}", i));
  }
  Activation zero = m.Literal("first_token", TensorProto::INT64, {},
                              std::string(sizeof(int64_t), '\0'));
  NodeProto* first = m.AddNode("Gather", {x, zero}, "pooler.first_token", 1);
  SetInt(first, "axis", 1);
  y = m.Gemm({first->output(0), {1, kHidden}}, "pooler.dense", kHidden);
  y = m.Unary("Tanh", y, "pooler.activation");
  m.Output(x, "last_hidden_state");
  m.Output(y, "pooler_output");
  return m;
}

ModelBuilder BuildGpt2(const ExampleOptions& options) {
  ModelBuilder m("gpt2", options);
  Activation ids = m.Input("input_ids", TensorProto::INT64, {1, kTokens});
  Activation words = m.Weights("wte.weight", {50257, kHidden}, kEmbedding);
  Activation places = m.Weights("wpe.weight", {1024, kHidden}, kEmbedding);
  Activation x = m.Embedding(ids, "wte", words);
  Activation y = m.Embedding(Positions(&m), "wpe", places);
  x = m.Binary("Add", x, y, "embeddings");
  Activation mask = CausalMask(&m);
  for (int i = 0; i < options.depth; ++i) {
    x = Gpt2Block(&m, x, mask, fmt::format("h.{}", i));
  }
  x = m.LayerNorm(x, "ln_f", 1e-5f);
  // The next token is decided by the last position; its scores are products
  // with the very table that embeds the words.
  Activation minus_one = m.Literal("last_token", TensorProto::INT64, {},
                                   std::string(sizeof(int64_t), '\xff'));
  NodeProto* last = m.AddNode("Gather", {x, minus_one}, "last_position", 1);
  SetInt(last, "axis", 1);
  NodeProto* head =
      m.AddNode("Gemm", {{last->output(0), {}}, words}, "lm_head", 1);
  SetInt(head, "transB", 1);
  m.Output({head->output(0), {1, 50257}}, "logits");
  return m;
}

}  // namespace dnncut
