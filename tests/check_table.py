#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks an output folder of dnncut compile against its own problem.json.

    check_table.py OUT...

Shares no code with dnncut: it is written from docs/design.md, counts the costs
of every cut directly, and asks networkx for the minimum cut at both ends of
every row, in exact integers. That is enough for all bandwidths between: the
best latency is concave in 1/bandwidth, so a cut that is best at two bandwidths
is best from one to the other.
"""

import argparse
import json
import os
import sys

import networkx
from networkx.algorithms import flow

import check_memory
import check_uncertainty

BYTE_NS_KBPS = 8_000_000  # nanoseconds that a byte takes at 1 kbit/s
DEVICE, SERVER = "D", "S"


class Wrong(Exception):
    """The table is not what it must be."""


def check(condition, text):
    if not condition:
        raise Wrong(text)


# --- The costs of a cut, counted ------------------------------------------


def download_ns(problem, size):
    """What a downloaded result adds whatever the uplink, in ns."""
    if problem["downlink"] in ("same", "free"):
        return 0
    return -(-BYTE_NS_KBPS * size // int(problem["downlink"]))


def wanted_side(problem):
    return DEVICE if problem["result"] == "device" else SERVER


def producer_side(tensor, sides):
    """Model inputs are on the device."""
    producer = tensor["producer"]
    return DEVICE if producer < 0 else sides[producer]


def is_uploaded(problem, tensor, sides):
    if producer_side(tensor, sides) != DEVICE:
        return False
    if tensor["result"] and problem["result"] == "server":
        return True
    return any(sides[reader] == SERVER for reader in tensor["readers"])


def is_downloaded(problem, tensor, sides):
    return (tensor["result"] and problem["result"] == "device"
            and producer_side(tensor, sides) == SERVER)


def count_costs(problem, sides):
    """The costs of a cut, under the keys of table.json, and its rtt_ns."""
    layers = list(zip(problem["layers"], sides))
    # Those that only compute sizes do not count as layers.
    counted = [s for l, s in layers if not l.get("sizes_only", False)]
    uploaded = [t for t in problem["tensors"] if is_uploaded(problem, t, sides)]
    downloaded = [
        t for t in problem["tensors"] if is_downloaded(problem, t, sides)
    ]
    return {
        "device_layers": counted.count(DEVICE),
        "server_layers": counted.count(SERVER),
        "device_ns": sum(l["device_ns"] for l, s in layers if s == DEVICE),
        "server_ns": sum(l["server_ns"] for l, s in layers if s == SERVER),
        "cross_ns": sum(t["cross_ns"] for t in uploaded),
        "upload_bytes": sum(t["bytes"] for t in uploaded),
        "download_bytes": sum(t["bytes"] for t in downloaded),
        "download_ns": sum(download_ns(problem, t["bytes"])
                           for t in downloaded),
        "rtt_ns": problem["rtt_ns"] if SERVER in sides or uploaded else 0,
        "tensors": [(t["name"], t["bytes"], t["result"]) for t in uploaded],
    }


def scaled_latency(problem, costs, kbps):
    """kbps * latency in ns: an integer."""
    fixed = sum(costs[key] for key in ("device_ns", "server_ns", "cross_ns",
                                       "download_ns", "rtt_ns"))
    size = costs["upload_bytes"]
    if problem["downlink"] == "same":
        size += costs["download_bytes"]
    return kbps * fixed + BYTE_NS_KBPS * size


def why_infeasible(problem, sides):
    """What rule the cut breaks; None for none."""
    groups = {}
    for layer, side in zip(problem["layers"], sides):
        pinned = layer["pinned"]
        if pinned is not None and side != (DEVICE if pinned == "device" else
                                           SERVER):
            return f"layer '{layer['name']}' is pinned to the {pinned}"
        if layer["group"] is not None:
            if groups.setdefault(layer["group"], side) != side:
                return f"group {layer['group']} is torn apart"
    for tensor in problem["tensors"]:
        name = tensor["name"]
        side = producer_side(tensor, sides)
        readers = [sides[reader] for reader in tensor["readers"]]
        if side == SERVER and DEVICE in readers:
            return f"tensor '{name}' flows back to the device"
        if tensor["bytes"] is None:
            if any(reader != side for reader in readers):
                return f"tensor '{name}' must not cross"
            if tensor["result"] and side != wanted_side(problem):
                return f"result '{name}' is not made where it is wanted"
    return None


# --- The best cut, found --------------------------------------------------

SOURCE, SINK, ROUND_TRIP = "device", "server", "round trip"


def make_network(problem, kbps):
    """The network whose minimum cut is the best cut, and what every cut pays.

    Nodes are the layers' indices and ("tensor", index). An arc without a
    capacity has an infinite one.
    """
    network = networkx.DiGraph()
    network.add_nodes_from([SOURCE, SINK])
    to_device, to_server = {}, {}  # capacity of source -> l and of l -> sink
    results = problem["result"]
    constant = 0

    for index, layer in enumerate(problem["layers"]):
        to_device[index] = kbps * layer["server_ns"]
        to_server[index] = kbps * layer["device_ns"]
    for index, tensor in enumerate(problem["tensors"]):
        producer = tensor["producer"]
        start = SOURCE if producer < 0 else producer
        ends = list(tensor["readers"])
        for reader in ends if producer >= 0 else ():
            network.add_edge(reader, producer)
        if tensor["bytes"] is None:
            for reader in ends:
                network.add_edge(start, reader)
            if tensor["result"]:
                if results == "device":
                    network.add_edge(SOURCE, start)
                else:
                    network.add_edge(start, SINK)
            continue
        size = tensor["bytes"]
        if tensor["result"] and results == "server":
            ends.append(SINK)
        if ends:
            helper = ("tensor", index)
            network.add_edge(start, helper, capacity=kbps * tensor["cross_ns"] +
                             BYTE_NS_KBPS * size)
            for end in ends:
                network.add_edge(helper, end)
        if tensor["result"] and results == "device":
            to_device[producer] += kbps * download_ns(problem, size)
            if problem["downlink"] == "same":
                to_device[producer] += BYTE_NS_KBPS * size
    groups = {}
    for index, layer in enumerate(problem["layers"]):
        for start, end, capacity in ((SOURCE, index, to_device[index]),
                                     (index, SINK, to_server[index])):
            if not network.has_edge(start, end):
                network.add_edge(start, end, capacity=capacity)
        if layer["pinned"] == "device":
            network.add_edge(SOURCE, index)
            network[SOURCE][index].pop("capacity", None)
        elif layer["pinned"] == "server":
            network.add_edge(index, SINK)
            network[index][SINK].pop("capacity", None)
        if layer["group"] is not None:
            first = groups.setdefault(layer["group"], index)
            if first != index:
                network.add_edge(first, index)
                network.add_edge(index, first)
    if results == "server" and any(t["result"] for t in problem["tensors"]):
        # Every cut uploads a result or has its producer on the server.
        constant = kbps * problem["rtt_ns"]
    elif problem["rtt_ns"] > 0 and problem["layers"]:
        network.add_edge(SOURCE, ROUND_TRIP, capacity=kbps * problem["rtt_ns"])
        for index in range(len(problem["layers"])):
            network.add_edge(ROUND_TRIP, index)
    return network, constant


def best_cut(problem, kbps):
    """kbps * latency of the best cut, and its smallest device side as letters.
    """
    network, constant = make_network(problem, kbps)
    residual = flow.preflow_push(network, SOURCE, SINK)
    reached = {SOURCE}
    stack = [SOURCE]
    while stack:
        for node, arc in residual[stack.pop()].items():
            if node not in reached and arc["flow"] < arc["capacity"]:
                reached.add(node)
                stack.append(node)
    sides = "".join(DEVICE if index in reached else SERVER
                    for index in range(len(problem["layers"])))
    # Two checks of the network, not of the table.
    broken = why_infeasible(problem, sides)
    assert broken is None, broken
    value = residual.graph["flow_value"] + constant
    costs = count_costs(problem, sides)
    assert scaled_latency(problem, costs, kbps) == value
    return value, sides


# --- The files ------------------------------------------------------------


def check_rows(table):
    rows = table["rows"]
    check(rows, "there are no rows")
    check(rows[0]["min_kbps"] == table["link"]["min_kbps"],
          "the first row does not start at the range's minimum")
    check(rows[-1]["max_kbps"] == table["link"]["max_kbps"],
          "the last row does not end at the range's maximum")
    for row in rows:
        check(row["min_kbps"] <= row["max_kbps"], f"row {row} is empty")
    for row, following in zip(rows, rows[1:]):
        check(row["max_kbps"] + 1 == following["min_kbps"],
              f"the rows at {following['min_kbps']} kbit/s do not touch")
        check(row["cut"] != following["cut"],
              f"the rows at {following['min_kbps']} kbit/s name the same cut")
    first_rows = list(dict.fromkeys(row["cut"] for row in rows))
    check(first_rows == list(range(len(first_rows))),
          "cuts are not numbered by their first row")
    check([cut["id"] for cut in table["cuts"]] == list(range(
        len(table["cuts"]))), "cuts are not listed by their number")


def check_links(problem, table):
    check(problem["schema"] == "dnncut.problem/1", "problem.json: schema")
    check(table["schema"] == "dnncut.table/1", "table.json: schema")
    for key in ("rtt_ns", "downlink", "result"):
        check(problem[key] == table["link"][key], f"the files differ in {key}")
    check(table["layers"] + table.get("size_layers", 0)
          == len(problem["layers"]), "number of layers")
    for index, tensor in enumerate(problem["tensors"]):
        check(tensor["producer"] < min(tensor["readers"], default=1 << 62),
              f"tensor {index} is read before it is made")
        check(not tensor["result"] or tensor["producer"] >= 0,
              f"tensor {index} is a result that no layer makes")


def check_cut(problem, cut, sides):
    name = f"cut {cut['id']}"
    broken = why_infeasible(problem, sides)
    check(broken is None, f"{name} is infeasible: {broken}")
    costs = count_costs(problem, sides)
    for key, value in costs.items():
        if key in ("rtt_ns", "tensors"):
            continue
        check(cut[key] == value, f"{name}: {key} is {cut[key]}, not {value}")
    listed = [(t["name"], t["bytes"], t.get("result", False))
              for t in cut["tensors"]]
    check(listed == costs["tensors"], f"{name}: tensors are {listed}, not "
          f"{costs['tensors']}")
    check_memory.check_cut_memory(check, problem, cut, sides)
    for side in ("device", "server"):
        if cut[side + "_layers"] == 0:
            check(cut[side + "_model"] is None,
                  f"{name}: there is a {side} model without layers")
    return costs


def check_device_only(problem, cuts):
    sides = DEVICE * len(problem["layers"])
    if (why_infeasible(problem, sides) is None
            and check_memory.fits(problem, sides)):
        check(sides in cuts, "the device-only cut is missing")


def check_latency(problem, costs, row, end):
    kbps = row[end + "_kbps"]
    scaled = scaled_latency(problem, costs, kbps)
    rounded = (2 * scaled + kbps) // (2 * kbps)
    key = "latency_ns_at_" + end
    check(row[key] == rounded, f"row at {row['min_kbps']} kbit/s: {key} is "
          f"{row[key]}, not {rounded}")
    return scaled


def check_best_that_fits(problem, row, kbps, scaled, best_of_all, regret):
    """Where there are few layers, against all cuts."""
    cuts = check_memory.fitting_cuts(problem, why_infeasible)
    if cuts is None:
        check(scaled >= best_of_all, f"at {kbps} kbit/s cut {row['cut']} costs "
              "less than the best of all cuts")
        return
    best = min(scaled_latency(problem, count_costs(problem, cut), kbps)
               for cut in cuts)
    check(best <= scaled <= best * (1 + regret * (1 + 1e-9)),
          f"at {kbps} kbit/s cut {row['cut']} costs {scaled / kbps:.0f} ns, "
          f"the best that fits {best / kbps:.0f} ns")


def check_best(problem, table, row, end, sides, scaled):
    kbps = row[end + "_kbps"]
    best, best_sides = best_cut(problem, kbps)
    if not check_memory.fits(problem, best_sides):
        regret = table.get("approximation", {}).get("worst_regret", 0)
        check_best_that_fits(problem, row, kbps, scaled, best, regret)
        return
    if "approximation" in table:
        regret = table["approximation"]["worst_regret"]
        check(scaled <= best * (1 + regret) * (1 + 1e-9),
              f"at {kbps} kbit/s the regret is {scaled / best - 1}, "
              f"more than {regret}")
        return
    check(scaled == best, f"at {kbps} kbit/s cut {row['cut']} costs "
          f"{scaled / kbps:.0f} ns, the best {best / kbps:.0f} ns")
    check(sides == best_sides, f"at {kbps} kbit/s cut {row['cut']} ties with "
          "a cut of fewer device layers")


def cuts_of(problem, table):
    """The sides of the layers in each cut, a letter for each."""
    return ["".join(layer["side_of_cut"][i] for layer in problem["layers"])
            for i in range(len(table["cuts"]))]


def check_table(problem, table):
    """Throws Wrong; returns the number of minimum cuts that agreed."""
    check_links(problem, table)
    check_rows(table)
    for layer in problem["layers"]:
        check(len(layer["side_of_cut"]) == len(table["cuts"]) and
              set(layer["side_of_cut"]) <= {DEVICE, SERVER},
              f"layer '{layer['name']}': side_of_cut")
    cuts = cuts_of(problem, table)
    check(len(set(cuts)) == len(cuts), "two cuts are the same")
    costs = [check_cut(problem, cut, sides)
             for cut, sides in zip(table["cuts"], cuts)]
    check_device_only(problem, cuts)
    solved = 0
    for row in table["rows"]:
        for end in ("min", "max"):
            scaled = check_latency(problem, costs[row["cut"]], row, end)
            check_best(problem, table, row, end, cuts[row["cut"]], scaled)
            solved += 1
    check_uncertainty.check_uncertainty(check, sys.modules[__name__], problem,
                                        table, cuts)
    return solved


def load(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return json.load(file)


def check_files(out, table):
    for cut in table["cuts"]:
        for model in (cut["device_model"], cut["server_model"]):
            check(model is None or os.path.isfile(os.path.join(out, model)),
                  f"{model} is missing")


def check_folder(out):
    """Throws Wrong; returns the number of minimum cuts that agreed."""
    # It is made of the functions above.
    import check_firmware  # pylint: disable=import-outside-toplevel

    problem, table = load(out, "problem.json"), load(out, "table.json")
    solved = check_table(problem, table)
    check_files(out, table)
    return solved + check_firmware.check_firmware(problem, table)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", nargs="+", help="output folder of a compile")
    failed = False
    for out in parser.parse_args().out:
        try:
            solved = check_folder(out)
            table = load(out, "table.json")
            print(f"{out}: {len(table['cuts'])} cuts and "
                  f"{len(table['rows'])} rows are right; {solved} minimum cuts "
                  "agree")
        except Wrong as wrong:
            failed = True
            print(f"{out}: wrong: {wrong}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
