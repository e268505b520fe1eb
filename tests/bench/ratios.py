#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns the numbers of decision_bench, firmware_lookup_bench and
networkx_min_cut.py into ratios.

    ratios.py DECISION_BENCH_JSON FIRMWARE_LOOKUP_BENCH_JSON [NETWORKX_JSON]
"""

import json
import sys

NS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}


def load_benchmarks(path):
    with open(path, encoding="utf-8") as file:
        listed = json.load(file)["benchmarks"]
    benchmarks = {}
    for one in listed:
        if one.get("aggregate_name", "median") == "median":
            one["cpu_ns"] = one["cpu_time"] * NS[one["time_unit"]]
            benchmarks[one["run_name"]] = one
    return benchmarks


def print_tables(benchmarks):
    print("Exact table over every integer bandwidth, from costs to rows")
    print(f"{'problem':<20}{'layers':>8}{'blocks':>8}{'rows':>6}"
          f"{'time':>12}{'uncompressed':>14}")
    for name, one in benchmarks.items():
        kind, problem, *variant = name.split("/")
        if kind != "table" or variant != ["compressed"]:
            continue
        whole = benchmarks[f"table/{problem}/whole"]
        print(f"{problem:<20}{one['layers']:>8.0f}{one['blocks']:>8.0f}"
              f"{one['rows']:>6.0f}{one['cpu_ns'] / 1e6:>9.3f} ms"
              f"{whole['cpu_ns'] / 1e6:>11.3f} ms")


def print_decisions(benchmarks):
    print("\nOne decision at one bandwidth, mean of 12 bandwidths; ratios are "
          "against the same solver\non the uncompressed graph (cold: the "
          "network is made for it; warm: it is kept)")
    print(f"{'model':<20}{'layers':>8}{'blocks':>8}{'whole, cold':>14}"
          f"{'model, cold':>14}{'ratio':>9}{'warm ratio':>12}{'lookup':>11}")
    models = dict.fromkeys(name.split("/")[1] for name in benchmarks
                           if name.startswith("decision/"))
    for model in models:
        def one(variant, model=model):
            return benchmarks[f"decision/{model}/{variant}"]

        def decision_ns(variant, one=one):
            return one(variant)["cpu_ns"] / one(variant)["decisions"]
        counts = one("cold/compressed")
        cold = decision_ns("cold/whole") / decision_ns("cold/compressed")
        warm = decision_ns("warm/whole") / decision_ns("warm/compressed")
        print(f"{model:<20}{counts['layers']:>8.0f}{counts['blocks']:>8.0f}"
              f"{decision_ns('cold/whole') / 1e3:>11.1f} us"
              f"{decision_ns('cold/compressed') / 1e3:>11.2f} us"
              f"{cold:>8.1f}x{warm:>11.1f}x"
              f"{decision_ns('lookup'):>8.1f} ns")


def print_firmware(benchmarks):
    print("\nThe table in C on this machine, mean of 256 bandwidths, beside a "
          "minimum cut of the uncompressed\ngraph (LEMON); ratio: cold cut to "
          "lookup in constants")
    print(f"{'model':<20}{'rows':>5}{'bytes':>7}{'constants':>12}{'blob':>11}"
          f"{'best':>11}{'cut, cold':>13}{'cut, warm':>13}{'ratio':>10}")
    models = dict.fromkeys(name.split("/")[1] for name in benchmarks)
    for model in models:
        def ns(variant, model=model):
            one = benchmarks[f"firmware/{model}/{variant}"]
            return one["cpu_ns"] / one["decisions"]
        counts = benchmarks[f"firmware/{model}/constants"]
        print(f"{model:<20}{counts['rows']:>5.0f}{counts['bytes']:>7.0f}"
              f"{ns('constants'):>9.2f} ns{ns('blob'):>8.1f} ns"
              f"{ns('best'):>8.1f} ns{ns('lemon_cold') / 1e3:>10.1f} us"
              f"{ns('lemon_warm') / 1e3:>10.1f} us"
              f"{ns('lemon_cold') / ns('constants'):>9.0f}x")


def print_networkx(benchmarks, result):
    table_ns = benchmarks["table/densenet121/compressed"]["cpu_ns"]
    decision = benchmarks["decision/densenet121/cold/whole"]
    lemon_ns = (decision["cpu_ns"] / decision["decisions"] *
                result["bandwidths"])
    print(f"\nDenseNet-121, {result['layers']} layers, "
          f"{result['bandwidths']} bandwidths; dnncut's table answers all of "
          "them")
    print(f"{'LEMON, a cut per bandwidth':<34}{lemon_ns / 1e6:>10.2f} ms"
          f"{lemon_ns / table_ns:>9.1f}x")
    for algorithm, seconds in result["seconds"].items():
        print(f"{'networkx, ' + algorithm:<34}{seconds * 1e3:>10.2f} ms"
              f"{seconds * 1e9 / table_ns:>9.1f}x")
    print(f"{'dnncut, the exact table':<34}{table_ns / 1e6:>10.2f} ms")


def main():
    benchmarks = load_benchmarks(sys.argv[1])
    print_tables(benchmarks)
    print_decisions(benchmarks)
    print_firmware(load_benchmarks(sys.argv[2]))
    if len(sys.argv) > 3:
        with open(sys.argv[3], encoding="utf-8") as file:
            print_networkx(benchmarks, json.load(file))


if __name__ == "__main__":
    main()
