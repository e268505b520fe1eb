#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How long networkx takes for one minimum cut at each of 20 bandwidths.

    networkx_min_cut.py OUT

Reads problem.json and table.json of an output folder; the network is that of
tests/check_table.py, and its latencies must be those of the table. Prints JSON.
"""

import argparse
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                ".."))
import check_table  # noqa: E402 (needs the path above)
from networkx.algorithms import flow  # noqa: E402

BANDWIDTHS = 20


def spread(low, high, count):
    """`count` integers from low to high, even on a logarithmic scale."""
    return [round(low * (high / low)**(i / (count - 1))) for i in range(count)]


def latency_of_table(problem, table, kbps):
    row = next(row for row in table["rows"]
               if row["min_kbps"] <= kbps <= row["max_kbps"])
    sides = "".join(layer["side_of_cut"][row["cut"]]
                    for layer in problem["layers"])
    return check_table.scaled_latency(
        problem, check_table.count_costs(problem, sides), kbps)


def time_algorithm(problem, bandwidths, algorithm):
    """CPU seconds for the cuts alone, networks made beforehand, and their values.
    """
    networks = [check_table.make_network(problem, kbps) for kbps in bandwidths]
    start = time.process_time()
    values = [algorithm(network, check_table.SOURCE,
                        check_table.SINK).graph["flow_value"] + constant
              for network, constant in networks]
    return time.process_time() - start, values


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", help="output folder of a compile")
    out = parser.parse_args().out
    problem = check_table.load(out, "problem.json")
    table = check_table.load(out, "table.json")
    link = table["link"]
    bandwidths = spread(link["min_kbps"], link["max_kbps"], BANDWIDTHS)
    expected = [latency_of_table(problem, table, kbps) for kbps in bandwidths]
    result = {"layers": len(problem["layers"]), "bandwidths": BANDWIDTHS,
              "seconds": {}}
    for algorithm in (flow.preflow_push, flow.boykov_kolmogorov):
        seconds, values = time_algorithm(problem, bandwidths, algorithm)
        if values != expected:
            raise SystemExit(f"{algorithm.__name__} disagrees with the table")
        result["seconds"][algorithm.__name__] = seconds
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
