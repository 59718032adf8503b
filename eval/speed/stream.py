"""Does memory grow with the number of lines? Streams made-up lines through `xlate translate` and prints the peak.

    python eval/speed/stream.py [--lines 2000 20000 100000] [--beam-size 1]

For each size one new process, no memory file, distinct lines; prints lines out, seconds and peak resident memory.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, nargs="+", default=[2000, 20000, 100000])
    parser.add_argument("--beam-size", default="1")
    arguments = parser.parse_args()
    for count in arguments.lines:
        with tempfile.TemporaryFile() as source:
            source.writelines(f"وصل {n} مسافر إلى تونس.\n".encode() for n in range(count))
            source.seek(0)
            command = [
                sys.executable,
                "-m",
                "xlate",
                "translate",
                "--memory",
                "none",
                "--beam-size",
                arguments.beam_size,
            ]
            start = time.perf_counter()
            process = subprocess.Popen(command, stdin=source, stdout=subprocess.PIPE)
            assert process.stdout is not None
            lines = sum(1 for _ in process.stdout)
            process.wait()
            seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"{count:>7} lines in, {lines:>7} out, {seconds:8.1f} s, peak of all so far {peak:7.1f} MB", flush=True)


if __name__ == "__main__":
    main()
