// SPDX-License-Identifier: Apache-2.0
//
// LEMON's Preflow, but wrong when a test wants it to be (wrong_flow.h). Stands
// in for <lemon/preflow.h> where min_cut.cc is compiled for wrong_flow_test.
#pragma once

#define Preflow RightPreflow
#include_next <lemon/preflow.h>
#undef Preflow

#include "tests/compiler/solve/wrong_flow.h"

namespace lemon {

template <typename Digraph, typename Capacities>
struct Preflow {
  template <typename Elevator>
  struct SetElevator {
    using Right = typename RightPreflow<
        Digraph, Capacities>::template SetElevator<Elevator>::Create;

    class Create : public Right {
     public:
      using Node = typename Digraph::Node;
      using FlowMap = typename Right::FlowMap;

      Create(const Digraph& digraph, const Capacities& capacities, Node source,
             Node target)
          : Right(digraph, capacities, source, target),
            digraph_(digraph),
            capacities_(capacities),
            target_(target) {}

      Create& flowMap(FlowMap& flow) {
        Right::flowMap(flow);
        flow_ = &flow;
        return *this;
      }

      void startFirstPhase() {
        Right::startFirstPhase();
        for (typename Digraph::InArcIt arc(digraph_, target_);
             arc != lemon::INVALID; ++arc) {
          if ((*flow_)[arc] == 0) continue;
          if (dnncut::wrong_flow == dnncut::WrongFlow::kTooLittle) {
            (*flow_)[arc] -= 1;
          } else if (dnncut::wrong_flow == dnncut::WrongFlow::kTooMuch) {
            (*flow_)[arc] = capacities_[arc] + 1;
          }
          return;
        }
      }

      typename Right::Value flowValue() const {
        const bool wrong = dnncut::wrong_flow == dnncut::WrongFlow::kValue;
        return Right::flowValue() + (wrong ? 1 : 0);
      }

     private:
      const Digraph& digraph_;
      const Capacities& capacities_;
      Node target_;
      FlowMap* flow_ = nullptr;
    };
  };
};

}  // namespace lemon
