"""An ONNX file as PyTorch eager operations, node after node: what somebody gets who rebuilds the network in PyTorch by hand."""
import onnx
import onnx.numpy_helper
import torch
import torch.nn.functional as F


def conv(a, x, w, b=None):
    pads = a.get('pads', [0, 0, 0, 0])
    assert pads[:2] == pads[2:], pads
    return F.conv2d(x, w, b, a.get('strides', [1, 1]), pads[:2], a.get('dilations', [1, 1]), a.get('group', 1))


# slopes are stored as [C, 1, 1], PyTorch takes them as [C]
OPS = {
    'Conv': conv,
    'PRelu': lambda a, x, slope: F.prelu(x, slope),
    'Add': lambda a, x, y: x + y,
    'Reshape': lambda a, x, shape: x.reshape(shape),
}


class Graph:
    def __init__(self, path):
        graph = onnx.load(path).graph
        unknown = {node.op_type for node in graph.node} - OPS.keys()
        assert not unknown, f'no PyTorch operation for {unknown}'
        self.constants = {t.name: torch.from_numpy(onnx.numpy_helper.to_array(t).copy()) for t in graph.initializer}
        for node in graph.node:
            if node.op_type == 'PRelu':
                self.constants[node.input[1]] = self.constants[node.input[1]].flatten()
            if node.op_type == 'Reshape':
                self.constants[node.input[1]] = self.constants[node.input[1]].tolist()
        attributes = lambda node: {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        self.nodes = [(OPS[node.op_type], attributes(node), list(node.input), node.output[0]) for node in graph.node]
        self.input, self.output = graph.input[0].name, graph.output[0].name
        # a value is dropped after its last use, as Python would drop a local variable
        last = {name: i for i, (_, _, inputs, _) in enumerate(self.nodes) for name in inputs if name not in self.constants}
        self.dead = [[name for name in set(inputs) if last.get(name) == i] for i, (_, _, inputs, _) in enumerate(self.nodes)]

    def __call__(self, x):
        values = {self.input: x}
        constants = self.constants
        for (op, attributes, inputs, output), dead in zip(self.nodes, self.dead):
            values[output] = op(attributes, *[constants[name] if name in constants else values[name] for name in inputs])
            for name in dead:
                del values[name]
        return values[self.output]
