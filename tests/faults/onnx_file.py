# SPDX-License-Identifier: Apache-2.0
"""Small ONNX models, written by hand: no library for ONNX is needed."""

FLOAT = 1
EXTERNAL = 1


def varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def number(field, value):
    return varint(field << 3) + varint(value)


def data(field, value):
    value = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(value)) + value


def tensor_info(name, *dims):
    shape = b"".join(data(1, number(1, dim)) for dim in dims)
    tensor = number(1, FLOAT) + data(2, shape)
    return data(1, name) + data(2, data(1, tensor))


def node(op, inputs, output):
    return (b"".join(data(1, name) for name in inputs) + data(2, output) +
            data(4, op))


def external(name, location, offset, elements):
    entries = {"location": location, "offset": str(offset),
               "length": str(4 * elements)}
    return (number(1, elements) + number(2, FLOAT) + data(8, name) +
            b"".join(data(13, data(1, key) + data(2, value))
                     for key, value in entries.items()) +
            number(14, EXTERNAL))


def model(nodes, inputs, outputs, initializers=()):
    graph = (b"".join(data(1, text) for text in nodes) + data(2, "g") +
             b"".join(data(5, text) for text in initializers) +
             b"".join(data(11, text) for text in inputs) +
             b"".join(data(12, text) for text in outputs))
    opset = data(1, "") + number(2, 13)
    return number(1, 8) + data(7, graph) + data(8, opset)


def chain_of_outputs(layers):
    """Each tensor is an output, and a little smaller than the one before, so
    that nearly every cut is best somewhere."""
    kernel = data(5, data(1, "kernel_shape") + number(8, 2) + number(20, 7))
    infos = [tensor_info(f"t{i}", 1, 1, 2 * layers - i)
             for i in range(layers + 1)]
    nodes = [node("AveragePool", [f"t{i}"], f"t{i + 1}") + kernel
             for i in range(layers)]
    return model(nodes, infos[:1], infos[1:])


def shared_data(tensors, elements, location=lambda i: "w", offset=lambda i: 0):
    """Adds external tensors to the input, one after the other."""
    nodes, weights = [], []
    for i in range(tensors):
        nodes.append(node("Add", [f"t{i}", f"w{i}"], f"t{i + 1}"))
        weights.append(external(f"w{i}", location(i), offset(i), elements))
    return model(nodes, [tensor_info("t0", elements)],
                 [tensor_info(f"t{tensors}", elements)], weights)
