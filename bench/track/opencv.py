"""OpenCV's trackers, one frame at a time. A line of JSON comes in, for frames followed by width * height * 3 bytes of RGB;
a line of JSON goes out. Only the trackers' own calls are timed."""
import json
import resource
import sys
import time

import cv2
import numpy as np

cv2.setNumThreads(1)
MAKE = {"KCF": cv2.TrackerKCF_create, "CSRT": cv2.TrackerCSRT_create}
trackers = {}
held = {}


def picture(stream, request):
    width, height = request["width"], request["height"]
    rgb = np.frombuffer(stream.read(width * height * 3), np.uint8).reshape(height, width, 3)
    return np.ascontiguousarray(rgb[:, :, ::-1])


def spent(name, start, cpu):
    return {
        "box": held[name],
        "ms": 1000 * (time.perf_counter() - start),
        "cpuMs": 1000 * (time.process_time() - cpu),
    }


def begin(stream, request):
    image = picture(stream, request)
    box = [int(round(v)) for v in request["box"]]
    answer = {}
    for name in request["trackers"]:
        trackers[name] = MAKE[name]()
        start, cpu = time.perf_counter(), time.process_time()
        trackers[name].init(image, box)
        held[name] = request["box"]
        answer[name] = spent(name, start, cpu)
    return answer


def follow(stream, request):
    image = picture(stream, request)
    answer = {}
    for name, tracker in trackers.items():
        start, cpu = time.perf_counter(), time.process_time()
        seen, box = tracker.update(image)
        answer[name] = spent(name, start, cpu)
        if seen:
            held[name] = [float(v) for v in box]
        answer[name]["box"] = held[name]
    return answer


def decode(stream, request):
    capture = cv2.VideoCapture(request["video"])
    start = time.perf_counter()
    frames = 0
    while frames < request["frames"] and capture.read()[0]:
        frames += 1
    return {"frames": frames, "ms": 1000 * (time.perf_counter() - start)}


def main():
    stream = sys.stdin.buffer
    for line in stream:
        request = json.loads(line)
        answer = {"begin": begin, "follow": follow, "decode": decode}[request["do"]](stream, request)
        usage = resource.getrusage(resource.RUSAGE_SELF)
        print(json.dumps({"answer": answer, "cpuSeconds": usage.ru_utime + usage.ru_stime}), flush=True)


main()
