#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests check_firmware.py: that it takes what brute force gives, and nothing
else."""

import copy
import unittest

import check_firmware
import check_table
from check_table_test import MAX_KBPS, MIN_KBPS, all_cuts, make_table, problems

BOX = {"min_permille": 500, "max_permille": 2000}


def add_hysteresis(problem, table, limit):
    """Walks from each row as far as the limit allows."""
    table["firmware"] = {"hysteresis": limit, "server_slowdown": None}
    cuts = check_table.cuts_of(problem, table)

    def latency(cut, kbps):
        costs = check_table.count_costs(problem, cuts[cut])
        return check_table.scaled_latency(problem, costs, kbps)

    def keeps(cut, kbps):
        row = next(r for r in table["rows"] if kbps <= r["max_kbps"])
        return check_firmware.kept_within(limit, latency(cut, kbps),
                                          latency(row["cut"], kbps), kbps)

    for row in table["rows"]:
        low, high = row["min_kbps"], row["max_kbps"]
        while low > MIN_KBPS and keeps(row["cut"], low - 1):
            low -= 1
        while high < MAX_KBPS and keeps(row["cut"], high + 1):
            high += 1
        row.update(down_kbps=low, up_kbps=high)


def split_samples(count):
    """Problems whose tables have several rows."""
    found = 0
    for problem, name in problems(10_000, seed=5):
        table = make_table(problem)
        if len(table["rows"]) > 1:
            found += 1
            yield problem, table, name
        if found == count:
            return


class CheckFirmwareTest(unittest.TestCase):

    def test_right_thresholds_pass_and_others_do_not(self):
        for problem, table, name in split_samples(25):
            for limit in ({"regret": 0.1}, {"regret": 0},
                          {"switching_cost_ns": 300_000}):
                add_hysteresis(problem, table, limit)
                check_firmware.check_firmware(problem, table)
                for index, row in enumerate(table["rows"]):
                    for key in ("down_kbps", "up_kbps"):
                        for step in (-1, 1):
                            wrong = copy.deepcopy(table)
                            wrong["rows"][index][key] += step
                            with self.assertRaises(check_table.Wrong,
                                                   msg=f"{name} {row} {key}"):
                                check_firmware.check_firmware(problem, wrong)

    def test_stored_cuts(self):
        missed = 0
        for problem, table, name in split_samples(12):
            if problem["downlink"] not in ("same", "free"):
                continue
            everything = all_cuts(problem)
            table["firmware"] = {"server_slowdown": BOX}
            self.assertEqual(
                check_firmware.check_slowdown(problem, table, everything), 8,
                name)
            # Without the cuts that win, none of the others will do.
            winners = check_table.cuts_of(problem, table)
            rest = [cut for cut in everything if cut not in winners]
            if not rest:
                continue
            with self.assertRaises(check_table.Wrong, msg=name):
                check_firmware.check_slowdown(problem, table, rest, points=100)
            missed += 1
        self.assertGreater(missed, 3)


if __name__ == "__main__":
    unittest.main()
