"""The same pipeline in OpenCV and PyTorch: decode, cut tiles, filter by rfft2, classify. Prints one JSON line.

Arguments: file, passes, threads, tiles. The network has the shapes of the small preset and random weights: only its time counts.
"""
import json, math, sys, time
import cv2, numpy, torch
from torch import nn

path, passes, threads, most = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
cv2.setNumThreads(threads)
torch.set_num_threads(threads)
S = 32

def weight():
    fy = torch.fft.fftfreq(S).abs()[:, None]
    fx = torch.fft.rfftfreq(S)[None, :]
    f = torch.sqrt(fy * fy + fx * fx)
    k = -0.2 * f * f + 0.8 * f - 0.05
    return torch.where(f <= 0.1, torch.zeros_like(f), (torch.exp(k / 2) - 1) / f.clamp(min=1e-9))

def network():
    layers, inputs = [], 3
    for i, width in enumerate((16, 32, 64, 64)):
        layers += [nn.Conv2d(inputs, width, 3, stride=1 if i == 0 else 2, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
        inputs = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 1)).eval()

w, net = weight(), network()

def judge():
    image = cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2RGB)
    across, down = image.shape[1] // S, image.shape[0] // S
    thin = max(1.0, math.sqrt(across * down / most))
    columns = max(1, int(across / thin))
    rows = max(1, min(down, most // columns))
    total = 0.0
    with torch.no_grad():
        tiles = []
        for r in range(rows):
            for c in range(columns):
                y, x = int((r + 0.5) * image.shape[0] / rows - S / 2), int((c + 0.5) * image.shape[1] / columns - S / 2)
                tiles.append(image[y:y + S, x:x + S])
        for first in range(0, len(tiles), 256):
            batch = torch.from_numpy(numpy.stack(tiles[first:first + 256])).permute(0, 3, 1, 2).float() / 255
            seen = torch.fft.irfft2(torch.fft.rfft2(batch) * w, s=(S, S))
            total += float(net(seen * 10).sum())
    return total

times = []
for _ in range(passes):
    begun = time.perf_counter()
    judge()
    times.append(1000 * (time.perf_counter() - begun))
x = torch.rand(256, 3, S, S)
with torch.no_grad():
    torch.fft.irfft2(torch.fft.rfft2(x) * w, s=(S, S))
    begun = time.perf_counter()
    for _ in range(20):
        torch.fft.irfft2(torch.fft.rfft2(x) * w, s=(S, S))
    fft = 1000 * (time.perf_counter() - begun) / 20
print(json.dumps({"passes": times, "filterMs": fft, "versions": {"opencv": cv2.__version__, "pytorch": torch.__version__}}))
