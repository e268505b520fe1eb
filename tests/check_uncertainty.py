# SPDX-License-Identifier: Apache-2.0
"""What rows of table.json say of uncertainty, checked for check_table.py.

The eight corners of the box of each row are solved again, with all costs
multiplied by 1000 so that they are integers.
"""

import copy
import itertools


def scaled_problem(problem, device, server):
    """The times of the sides times so many 1/1000, everything else times 1000.
    """
    scaled = copy.deepcopy(problem)
    scaled["rtt_ns"] *= 1000
    for layer in scaled["layers"]:
        layer["device_ns"] *= device
        layer["server_ns"] *= server
    for tensor in scaled["tensors"]:
        tensor["cross_ns"] *= device
        if tensor["bytes"] is not None:
            tensor["bytes"] *= 1000
    return scaled


def check_uncertainty(check, functions, problem, table, cuts):
    """`functions` are those of check_table.py."""
    if "uncertainty" not in table:
        return
    if problem["downlink"] not in ("same", "free"):
        return  # its times are rounded before they are multiplied
    off = round(table["uncertainty"] * 1000)
    for row in table["rows"]:
        low = max(row["min_kbps"] * (1000 - off) // 1000, 1)
        high = min(-(-row["max_kbps"] * (1000 + off) // 1000), 10**9)
        worst = 0
        for device, server in itertools.product((1000 - off, 1000 + off),
                                                repeat=2):
            scaled = scaled_problem(problem, device, server)
            costs = functions.count_costs(scaled, cuts[row["cut"]])
            for kbps in (low, high):
                best, sides = functions.best_cut(scaled, kbps)
                if not functions.check_memory.fits(problem, sides):
                    return  # the best that fits is not this one
                ours = functions.scaled_latency(scaled, costs, kbps)
                if ours != best:
                    worst = max(worst, (ours - best) / best)
        stated = row["uncertainty"]["worst_regret"]
        check(abs(worst - stated) <= 1e-9 * max(1, worst),
              f"row at {row['min_kbps']} kbit/s: the worst regret is {worst}, "
              f"not {stated}")
