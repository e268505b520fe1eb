# SPDX-License-Identifier: Apache-2.0
"""What table.json says of memory, checked for check_table.py.

Written from docs/formats.md: a half is run layer by layer with a set of what it
holds.
"""

import itertools

KEYS = {"D": "device", "S": "server"}
# Of problems with at most so many layers all cuts are tried.
MOST_LAYERS = 12


def home_side(problem, tensor, sides):
    """Where the tensor lies."""
    if "state_of" in tensor:
        return sides[problem["tensors"][tensor["state_of"]]["producer"]]
    if tensor["producer"] < 0:
        return "S" if tensor.get("home") == "server" else "D"
    return sides[tensor["producer"]]


def wanted_on_server(problem, tensor):
    wanted = tensor.get("wanted", problem["result"])
    return tensor["result"] and wanted == "server"


def activation_bytes(problem, sides, side):
    key = KEYS[side] + "_memory_bytes"
    held = set()
    for index, tensor in enumerate(problem["tensors"]):
        is_read = side in [sides[reader] for reader in tensor["readers"]]
        if home_side(problem, tensor, sides) == side:
            if tensor["producer"] < 0:
                held.add(index)
        elif is_read or (side == "S" and wanted_on_server(problem, tensor)):
            held.add(index)

    def total():
        return sum(problem["tensors"][index][key] for index in held)

    most = None
    for layer, at in enumerate(sides):
        if at != side:
            continue
        for index, tensor in enumerate(problem["tensors"]):
            if tensor["producer"] == layer:
                held.add(index)
        most = max(most or 0, total())
        for index, tensor in enumerate(problem["tensors"]):
            if (0 <= tensor["producer"] and index in held
                    and sides[tensor["producer"]] == side
                    and not tensor["result"]
                    and all(reader <= layer and sides[reader] == side
                            for reader in tensor["readers"])):
                held.discard(index)
    return total() if most is None else most


def weight_bytes(problem, sides, side):
    return sum(weight[KEYS[side] + "_bytes"] for weight in problem["weights"]
               if side in [sides[reader] for reader in weight["readers"]])


def fits(problem, sides):
    if "memory" not in problem:
        return True
    for side, name in KEYS.items():
        limit = problem["memory"][name + "_bytes"]
        if limit is not None and limit < (
                weight_bytes(problem, sides, side) +
                activation_bytes(problem, sides, side)):
            return False
    return True


def check_cut_memory(check, problem, cut, sides):
    """The figures of a cut of the table, and that it fits."""
    if "memory" not in problem:
        return
    for side, name in KEYS.items():
        activations = activation_bytes(problem, sides, side)
        for key, value in ((name + "_activation_bytes", activations),
                           (name + "_memory_bytes", activations +
                            weight_bytes(problem, sides, side))):
            check(cut[key] == value,
                  f"cut {cut['id']}: {key} is {cut[key]}, not {value}")
    check(fits(problem, sides), f"cut {cut['id']} does not fit into memory")


def fitting_cuts(problem, why_infeasible):
    """All cuts that fit; None where they are too many to try."""
    count = len(problem["layers"])
    if count > MOST_LAYERS:
        return None
    cuts = map("".join, itertools.product("DS", repeat=count))
    return [cut for cut in cuts
            if why_infeasible(problem, cut) is None and fits(problem, cut)]
