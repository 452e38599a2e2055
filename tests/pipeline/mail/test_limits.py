"""The largest mails within CPU time and memory: a child with hard limits reads them all, or dies."""

import subprocess
import sys

import pytest

READ = """
import resource, sys
from pipeline.mime import read_mail
M = 1024 * 1024
HEAD = b"From: a@b.example\\r\\nSubject: s\\r\\nMIME-Version: 1.0\\r\\n"
PDF = b"--b\\r\\nContent-Type: application/pdf; name=a.pdf\\r\\nContent-Transfer-Encoding: base64\\r\\n\\r\\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\\r\\n\\r\\n"
QP = HEAD + b"Content-Transfer-Encoding: quoted-printable\\r\\n\\r\\n"
MAILS = {
    "base64": lambda: MIXED + PDF + (b"QUJD" * 19 + b"\\r\\n") * (30 * M // 78) + b"--b--\\r\\n",
    "damaged": lambda: MIXED + PDF + (b"QUI=" * 19 + b"\\r\\n") * (30 * M // 78) + b"--b--\\r\\n",
    "lines": lambda: HEAD + b"\\r\\n" + b"a\\n" * (15 * M),
    "blank": lambda: b"\\n" * (30 * M),
    "delimiters": lambda: MIXED + b"--bx\\r\\n" * (5 * M),
    "tags": lambda: HEAD + b"Content-Type: text/html\\r\\n\\r\\n" + b"<div>a</div>" * (30 * M // 12),
    "quoted": lambda: QP + (b"=41" * 25 + b"=\\n") * (30 * M // 77),
    "fields": lambda: HEAD + b"X: y\\n" * (6 * M),
}
raw = MAILS[sys.argv[1]]()
start = resource.getrusage(resource.RUSAGE_SELF).ru_utime
resource.setrlimit(resource.RLIMIT_CPU, (int(start) + 20, int(start) + 21))
read_mail(raw)
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))  # ru_maxrss counts its parent's too
print(int(peak.split()[1]) // 1024)
"""


@pytest.mark.parametrize("name", ["base64", "damaged", "lines", "blank", "delimiters", "tags", "quoted", "fields"])
def test_thirty_mebibytes(name: str) -> None:
    done = subprocess.run([sys.executable, "-c", READ, name], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    assert int(done.stdout) < 256  # MiB, the raw mail included
