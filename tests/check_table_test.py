#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests check_table.py: against all cuts of small problems, and that it finds
every kind of mistake in a table."""

import copy
import itertools
import random
import unittest

import check_memory
import check_table

MIN_KBPS, MAX_KBPS = 1, 60


def random_problem(rng):
    """A problem of up to seven layers with everything that a problem can have.
    """
    count = rng.randint(1, 7)
    problem = {
        "schema": "dnncut.problem/1",
        "rtt_ns": rng.choice([0, 0, 3_000_000]),
        "result": rng.choice(["device", "device", "server"]),
        "downlink": rng.choice(["same", "same", "free", "7"]),
        "layers": [],
        "tensors": [],
    }
    group_of = [rng.choice([None] * 6 + [0]) for _ in range(count)]
    for index in range(count):
        problem["layers"].append({
            "name": f"l{index}", "op": "Op",
            "device_ns": rng.choice([0, rng.randint(0, 9_000_000)]),
            "server_ns": rng.choice([0, rng.randint(0, 2_000_000)]),
            "pinned": rng.choice([None] * 8 + ["device", "server"]),
            "group": group_of[index], "side_of_cut": ""})
    for producer in [-1] * rng.randint(1, 2) + list(range(count)):
        later = list(range(producer + 1, count))
        readers = sorted(rng.sample(later, min(len(later),
                                               rng.choice([0, 1, 1, 2, 3]))))
        problem["tensors"].append({
            "name": f"t{len(problem['tensors'])}", "producer": producer,
            "readers": readers, "cross_ns": rng.choice([0, 0, 500_000]),
            "bytes": rng.choice([None] + [rng.randint(0, 20)] * 9),
            "result": producer >= 0 and (not readers or rng.random() < 0.2)})
    return problem


def all_cuts(problem):
    return [cut for cut in map("".join, itertools.product(
        "DS", repeat=len(problem["layers"])))
            if check_table.why_infeasible(problem, cut) is None
            and check_memory.fits(problem, cut)]


def latency_from_the_formula(problem, sides, kbps):
    """The formula of the design, term by term, times kbps."""
    total = 0
    uploaded = download = 0
    for layer, side in zip(problem["layers"], sides):
        total += kbps * layer["device_ns" if side == "D" else "server_ns"]
    for tensor in problem["tensors"]:
        made = "D" if tensor["producer"] < 0 else sides[tensor["producer"]]
        reading = {sides[reader] for reader in tensor["readers"]}
        if tensor["result"]:
            reading.add("D" if problem["result"] == "device" else "S")
        if made == "D" and "S" in reading:
            uploaded += 1
            total += kbps * tensor["cross_ns"] + 8_000_000 * tensor["bytes"]
        if made == "S" and tensor["result"] and problem["result"] == "device":
            if problem["downlink"] == "same":
                total += 8_000_000 * tensor["bytes"]
            elif problem["downlink"] != "free":
                kbps_down = int(problem["downlink"])
                bits = 8_000_000 * tensor["bytes"]
                download += (bits + kbps_down - 1) // kbps_down
    if "S" in sides or uploaded:
        total += kbps * problem["rtt_ns"]
    return total + kbps * download


def best_of_all(problem, kbps):
    """The least latency, and among its cuts the one with the least device side.
    """
    return min((latency_from_the_formula(problem, cut, kbps), cut.count("D"),
                cut) for cut in all_cuts(problem))


def make_table(problem):
    """The table of a problem by trying every cut at every bandwidth."""
    rows = []
    cuts = []
    for kbps in range(MIN_KBPS, MAX_KBPS + 1):
        sides = best_of_all(problem, kbps)[2]
        if sides not in cuts:
            cuts.append(sides)
        if rows and rows[-1]["cut"] == cuts.index(sides):
            rows[-1]["max_kbps"] = kbps
        else:
            rows.append({"min_kbps": kbps, "max_kbps": kbps,
                         "cut": cuts.index(sides)})
    device_only = "D" * len(problem["layers"])
    if device_only not in cuts and device_only in all_cuts(problem):
        cuts.append(device_only)
    for row in rows:
        for end in ("min", "max"):
            kbps = row[end + "_kbps"]
            scaled = latency_from_the_formula(problem, cuts[row["cut"]], kbps)
            row["latency_ns_at_" + end] = (2 * scaled + kbps) // (2 * kbps)
    for index, layer in enumerate(problem["layers"]):
        layer["side_of_cut"] = "".join(cut[index] for cut in cuts)
    listed = []
    for number, sides in enumerate(cuts):
        costs = check_table.count_costs(problem, sides)
        del costs["rtt_ns"]
        tensors = [{"name": name, "bytes": size} | ({"result": True} if result
                                                    else {})
                   for name, size, result in costs.pop("tensors")]
        listed.append({"id": number, **costs, "tensors": tensors,
                       "device_model": "d" if "D" in sides else None,
                       "server_model": "s" if "S" in sides else None})
    return {"schema": "dnncut.table/1", "layers": len(problem["layers"]),
            "link": {"min_kbps": MIN_KBPS, "max_kbps": MAX_KBPS,
                     "rtt_ns": problem["rtt_ns"],
                     "downlink": problem["downlink"],
                     "result": problem["result"]},
            "cuts": listed, "rows": rows}


def add_memory(rng, problem):
    """Limits near what halves need."""
    for tensor in problem["tensors"]:
        for side in ("device", "server"):
            tensor[side + "_memory_bytes"] = rng.randint(0, 20)
    problem["weights"] = [
        {"device_bytes": rng.randint(0, 15), "server_bytes": rng.randint(0, 15),
         "readers": [index]} for index in range(len(problem["layers"]))]
    problem["memory"] = {"device_bytes": rng.choice([None, 40, 60, 80]),
                         "server_bytes": rng.choice([None, 40, 60, 80])}


def add_memory_of_cuts(problem, table):
    for index, cut in enumerate(table["cuts"]):
        sides = "".join(layer["side_of_cut"][index]
                        for layer in problem["layers"])
        for side, name in check_memory.KEYS.items():
            activations = check_memory.activation_bytes(problem, sides, side)
            cut[name + "_activation_bytes"] = activations
            cut[name + "_memory_bytes"] = activations + (
                check_memory.weight_bytes(problem, sides, side))


def problems(count, seed):
    """`count` problems that have a cut, each with its name for messages."""
    rng = random.Random(seed)
    found = 0
    while found < count:
        problem = random_problem(rng)
        if all_cuts(problem):
            found += 1
            yield problem, f"seed {seed}, problem {found}: {problem}"


def two_rows():
    """A problem with a table of two rows and an uploaded tensor."""
    for problem, _ in problems(10_000, seed=3):
        table = make_table(problem)
        if (len(table["rows"]) == 2 and table["cuts"][1]["tensors"] and
                table["rows"][0]["max_kbps"] > MIN_KBPS and
                table["rows"][1]["min_kbps"] < MAX_KBPS):
            return problem, table
    raise AssertionError("no such problem")


class CheckTableTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.sample = two_rows()

    def test_best_cut_against_all_cuts(self):
        for problem, name in problems(250, seed=1):
            for kbps in (1, 5, 23, 60, 1_000_000_000):
                best, _, sides = best_of_all(problem, kbps)
                self.assertEqual(check_table.best_cut(problem, kbps),
                                 (best, sides), name)

    def test_right_tables_pass(self):
        for problem, name in problems(40, seed=2):
            table = make_table(problem)
            self.assertEqual(check_table.check_table(problem, table),
                             2 * len(table["rows"]), name)

    def test_memory_is_counted_and_heeded(self):
        rng = random.Random(4)
        limited = 0
        for problem, name in problems(80, seed=4):
            free = copy.deepcopy(problem)
            add_memory(rng, problem)
            if not all_cuts(problem):
                continue
            table = make_table(problem)
            add_memory_of_cuts(problem, table)
            check_table.check_table(problem, table)
            wrong = copy.deepcopy(table)
            wrong["cuts"][0]["device_memory_bytes"] += 1
            with self.assertRaises(check_table.Wrong, msg=name):
                check_table.check_table(problem, wrong)
            without = make_table(free)
            if check_table.cuts_of(free, without) == check_table.cuts_of(
                    problem, table):
                continue
            limited += 1
            for layer, other in zip(problem["layers"], free["layers"]):
                layer["side_of_cut"] = other["side_of_cut"]
            add_memory_of_cuts(problem, without)
            with self.assertRaises(check_table.Wrong, msg=name):
                check_table.check_table(problem, without)
        self.assertGreater(limited, 10)

    def assert_wrong(self, change):
        problem, table = copy.deepcopy(self.sample)
        change(problem, table)
        with self.assertRaises(check_table.Wrong):
            check_table.check_table(problem, table)

    def test_wrong_costs_are_found(self):
        for key in ("device_layers", "server_layers", "device_ns", "server_ns",
                    "cross_ns", "upload_bytes", "download_bytes",
                    "download_ns"):
            with self.subTest(key=key):
                def change(problem, table, key=key):
                    table["cuts"][1][key] += 1
                self.assert_wrong(change)

    def test_wrong_latencies_are_found(self):
        for end in ("min", "max"):
            def change(problem, table, end=end):
                table["rows"][1]["latency_ns_at_" + end] += 1
            self.assert_wrong(change)

    def test_missing_tensors_are_found(self):
        self.assert_wrong(lambda problem, table: table["cuts"][1].update(
            tensors=[]))

    def test_gaps_and_overlaps_are_found(self):
        for step in (-1, 1):
            def change(problem, table, step=step):
                table["rows"][0]["max_kbps"] += step
            self.assert_wrong(change)

    def test_a_breakpoint_in_the_wrong_place_is_found(self):
        for step in (-1, 1):
            def change(problem, table, step=step):
                first, second = table["rows"]
                first["max_kbps"] += step
                second["min_kbps"] += step
                for row in table["rows"]:
                    for end in ("min", "max"):
                        sides = "".join(layer["side_of_cut"][row["cut"]]
                                        for layer in problem["layers"])
                        kbps = row[end + "_kbps"]
                        scaled = latency_from_the_formula(problem, sides, kbps)
                        row["latency_ns_at_" + end] = (
                            2 * scaled + kbps) // (2 * kbps)
            self.assert_wrong(change)

    def test_a_cut_against_the_flow_is_found(self):
        def change(problem, table):
            for layer in problem["layers"]:
                flipped = {"D": "S", "S": "D"}[layer["side_of_cut"][0]]
                layer["side_of_cut"] = flipped + layer["side_of_cut"][1:]
        self.assert_wrong(change)

    def test_a_tie_that_keeps_too_much_on_the_device_is_found(self):
        problem = {
            "schema": "dnncut.problem/1", "rtt_ns": 0, "result": "device",
            "downlink": "same",
            "layers": [{"name": "l", "op": "Op", "device_ns": 5,
                        "server_ns": 5, "pinned": None, "group": None,
                        "side_of_cut": ""}],
            "tensors": [{"name": "x", "producer": -1, "readers": [0],
                         "bytes": 0, "cross_ns": 0, "result": False}]}
        table = make_table(problem)
        self.assertEqual(problem["layers"][0]["side_of_cut"], "SD")
        check_table.check_table(problem, table)
        problem["layers"][0]["side_of_cut"] = "DS"
        table["cuts"].reverse()
        for number, cut in enumerate(table["cuts"]):
            cut["id"] = number
        with self.assertRaisesRegex(check_table.Wrong, "ties"):
            check_table.check_table(problem, table)


if __name__ == "__main__":
    unittest.main()
