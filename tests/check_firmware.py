# SPDX-License-Identifier: Apache-2.0
"""What table.json says for firmware, checked for check_table.py.

Like there: written from docs/design.md and docs/formats.md alone, in exact
integers, with networkx for the minimum cuts.
"""

import fractions
import random

import check_table
from check_table import check


def kept_within(limit, latency, chosen, kbps):
    """Is a cut that takes latency/kbps instead of chosen/kbps within the limit?"""
    if "switching_cost_ns" in limit:
        return latency <= chosen + kbps * limit["switching_cost_ns"]
    # The shortest decimal number that gives the double is what was meant.
    return latency <= chosen * (1 + fractions.Fraction(str(limit["regret"])))


def check_hysteresis(problem, table, costs):
    """down_kbps and up_kbps are the farthest that the limit allows."""
    limit = table["firmware"]["hysteresis"]
    rows = table["rows"]

    def chosen(kbps):
        row = next(row for row in rows if kbps <= row["max_kbps"])
        return check_table.scaled_latency(problem, costs[row["cut"]], kbps)

    for row in rows:
        low, high = row["down_kbps"], row["up_kbps"]
        check(rows[0]["min_kbps"] <= low <= row["min_kbps"]
              and row["max_kbps"] <= high <= rows[-1]["max_kbps"],
              f"row {row}: down_kbps and up_kbps")

        def keeps(kbps, cut=row["cut"]):
            latency = check_table.scaled_latency(problem, costs[cut], kbps)
            return kept_within(limit, latency, chosen(kbps), kbps)

        # Between two ends of rows the condition is linear in kbps.
        ends = [end for other in rows for end in
                (other["min_kbps"], other["max_kbps"]) if low <= end <= high]
        for kbps in [low, high] + ends:
            check(keeps(kbps), f"row {row}: not kept at {kbps} kbit/s")
        for kbps in (low - 1, high + 1):
            if rows[0]["min_kbps"] <= kbps <= rows[-1]["max_kbps"]:
                check(not keeps(kbps), f"row {row}: kept at {kbps} kbit/s, too")


def slowed(problem, permille):
    """1000 times the problem with a server that takes so many 1/1000."""
    layers = [dict(layer, device_ns=1000 * layer["device_ns"],
                   server_ns=permille * layer["server_ns"])
              for layer in problem["layers"]]
    tensors = [dict(tensor, cross_ns=1000 * tensor["cross_ns"],
                    bytes=None if tensor["bytes"] is None
                    else 1000 * tensor["bytes"])
               for tensor in problem["tensors"]]
    return dict(problem, layers=layers, tensors=tensors,
                rtt_ns=1000 * problem["rtt_ns"])


def check_slowdown(problem, table, cuts, points=8):
    """At random points of the box one of the stored cuts is the best of all;
    returns the number of minimum cuts that agreed."""
    box = table["firmware"]["server_slowdown"]
    # download_ns is rounded for each result, before it is made 1000 times.
    if box is None or problem["downlink"] not in ("same", "free"):
        return 0
    number = random.Random(1)
    link = table["link"]
    for _ in range(points):
        # As likely between 100 and 200 kbit/s as between 1 and 2 Gbit/s.
        kbps = int(link["min_kbps"] *
                   (link["max_kbps"] / link["min_kbps"])**number.random())
        permille = number.randint(box["min_permille"], box["max_permille"])
        moment = slowed(dict(problem, rtt_ns=number.choice(
            [0, 1000, problem["rtt_ns"], 10**9])), permille)
        best, sides = check_table.best_cut(moment, kbps)
        stored = [check_table.scaled_latency(
            moment, check_table.count_costs(moment, cut), kbps)
                  for cut in cuts]
        where = f"at {kbps} kbit/s, slowdown {permille}"
        check(min(stored) == best, f"{where} no stored cut is the best")
        check(sides in cuts, f"{where} the smallest best cut is not stored")
    return points


def check_firmware(problem, table):
    """Throws Wrong; returns the number of minimum cuts that agreed."""
    cuts = check_table.cuts_of(problem, table)
    costs = [check_table.count_costs(problem, sides) for sides in cuts]
    check_hysteresis(problem, table, costs)
    return check_slowdown(problem, table, cuts)
