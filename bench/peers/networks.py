"""PyTorch's side of the network benchmarks: one JSON request per line on stdin, one JSON answer per line on stdout.

The process is started once per thread setting, because BLAS and OpenMP read theirs from the environment.
"""
import base64
import json
import math
import os
import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(int(os.environ.get('OMP_NUM_THREADS', os.cpu_count())))


def tensor(item):
    dtype = torch.int32 if item.get('dtype') == 'int32' else torch.float32
    return torch.frombuffer(bytearray(base64.b64decode(item['data'])), dtype=dtype).reshape(item['shape']).clone()


def vit(c, p, x, train):
    n, width, heads = x.shape[0], c['width'], c['heads']
    norm = lambda t, k: F.layer_norm(t, (width,), p[k + '.weight'], p[k + '.bias'], 1e-5)
    dense = lambda t, k: F.linear(t, p[k + '.weight'], p[k + '.bias'])
    t = dense(x, 'embed')
    if 'classToken' in p:
        t = torch.cat([p['classToken'].expand(n, 1, width), t], 1)
    t = t + p['position']
    for i in range(c['depth']):
        b = f'blocks.{i}.'
        q, k, v = dense(norm(t, b + 'norm1'), b + 'attention.qkv').view(n, -1, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
        a = torch.softmax(q @ k.transpose(-1, -2) * (1 / math.sqrt(width // heads)), -1) @ v
        t = t + dense(a.transpose(1, 2).reshape(n, -1, width), b + 'attention.out')
        t = t + dense(F.gelu(dense(norm(t, b + 'norm2'), b + 'mlp.up')), b + 'mlp.down')
    t = norm(t, 'norm')
    return dense(t[:, 0] if 'classToken' in p else t.mean(1), 'head')


def conv(p, x, name, stride=1, padding=1):
    w = p[name + '.weight']
    return (F.conv3d if w.dim() == 5 else F.conv2d)(x, w, p.get(name + '.bias'), stride, padding)


def cnn(c, p, x, train):
    t = F.relu(conv(p, F.relu(conv(p, F.relu(conv(p, x, 'conv1')), 'conv2', 2)), 'conv3', 2))
    return F.linear(t.flatten(1), p['head.weight'], p['head.bias'])


def conv3d(c, p, x, train):
    t = F.relu(conv(p, F.relu(conv(p, F.relu(conv(p, x, 'conv1')), 'conv2', 2)), 'conv3', 2))
    return F.linear(t.mean((2, 3, 4)), p['head.weight'], p['head.bias'])


def resnet8(c, p, x, train):
    def conv_norm(t, k, stride=1, padding=1):
        n = k + '.norm.'
        return F.batch_norm(conv(p, t, k + '.conv', stride, padding), p[n + 'runningMean'], p[n + 'runningVariance'], p[n + 'weight'], p[n + 'bias'], train, 0.1, 1e-5)

    t = F.relu(conv_norm(x, 'stem'))
    for i in range(3):
        b = f'blocks.{i}.'
        stride = 1 if i == 0 else 2
        u = conv_norm(F.relu(conv_norm(t, b + 'first', stride)), b + 'second')
        t = F.relu(u + (t if i == 0 else conv_norm(t, b + 'shortcut', 2, 0)))
    return F.linear(t.mean((2, 3)), p['head.weight'], p['head.bias'])


def onnx(c, p, x, train):
    return c['graph'](x)


FORWARD = {'onnx': onnx, 'vit': vit, 'cnn': cnn, 'conv3d': conv3d, 'resnet8': resnet8}


class Model:
    def __init__(self, request):
        self.config = request['config']
        # PyTorch keeps the weights of linear layers as [out, in]; they come as [in, out].
        transposed = lambda name, t: t.t().contiguous() if name.endswith('.weight') and t.dim() == 2 else t
        device = request.get('device', 'cpu')
        self.wait = torch.cuda.synchronize if device == 'cuda' else lambda: None
        self.params = {name: transposed(name, tensor(item)).to(device) for name, item in request['params'].items()}
        self.x, self.y = tensor(request['x']).to(device), tensor(request['y']).long().to(device)
        self.forward = FORWARD[self.config['kind']]
        if self.config['kind'] == 'onnx':
            from onnx_graph import Graph
            self.config['graph'] = Graph(self.config['path'])
        if request['mode'] == 'train':
            o = request['optimizer']
            trained = [t.requires_grad_() for name, t in self.params.items() if '.running' not in name]
            groups = [{'params': [t for t in trained if t.dim() >= 2]}, {'params': [t for t in trained if t.dim() < 2], 'weight_decay': 0.0}]
            options = {'lr': o['learningRate'], 'foreach': request['foreach']}
            self.optimizer = torch.optim.AdamW(groups, weight_decay=o['weightDecay'], **options) if o['name'] == 'adamw' else torch.optim.SGD(groups, momentum=o.get('momentum', 0.0), **options)
            self.once = self.step
        else:
            self.once = self.infer

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(self.forward(self.config, self.params, self.x, True), self.y)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def curve(self, order, rates, test):
        x, y, losses = self.x, self.y, []
        for chosen, rate in zip(tensor(order).long(), rates):
            self.x, self.y = x[chosen], y[chosen]
            for group in self.optimizer.param_groups:
                group['lr'] = rate
            losses.append(self.step())
        with torch.inference_mode():
            logits = self.forward(self.config, self.params, tensor(test['x']), False)
            return {'losses': losses, 'accuracy': (logits.argmax(1) == tensor(test['y'])).float().mean().item()}

    def infer(self):
        with torch.inference_mode():
            logits = self.forward(self.config, self.params, self.x, False)
            return F.cross_entropy(logits, self.y).item()

    def infer_only(self):
        with torch.inference_mode():
            return self.forward(self.config, self.params, self.x, False)


models = {}
for line in sys.stdin:
    request = json.loads(line)
    if request['do'] == 'make':
        models[request['id']] = Model(request)
        answer = {'torch': torch.__version__}
    elif request['do'] == 'losses':
        answer = {'losses': [models[request['id']].once() for _ in range(request['count'])]}
    elif request['do'] == 'curve':
        answer = models[request['id']].curve(request['order'], request['rates'], request['test'])
    elif request['do'] == 'output':
        answer = {'output': models[request['id']].infer_only().flatten().tolist()}
    elif request['do'] == 'drop':
        models.pop(request['id'], None)
        answer = {'cpuSeconds': time.process_time()}
    else:
        model, times = models[request['id']], []
        once = model.step if request['do'] == 'train' else model.infer_only
        for _ in range(request['count']):
            started = time.perf_counter()
            once()
            model.wait()
            times.append((time.perf_counter() - started) * 1e3)
        answer = {'times': times, 'cpuSeconds': time.process_time()}
    print(json.dumps(answer), flush=True)
