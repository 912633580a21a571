# ruff: noqa: E501 - a program is one line
"""Wrong programs that try to pass a test of ``f``: by what they return, by the harness, by the machine, by their text.

The test asks that ``f([1, 2], 1) == 4`` and ``f([]) == 0``. Needs no package.
"""

from __future__ import annotations

TEST = """
def check(candidate):
    assert candidate([1, 2], 1) == 4
    assert candidate([]) == 0
    assert f([5]) == 5
"""
RIGHT = "def f(xs, start=0): return sum(xs) + start"


def _returning(expression: str, before: str = "") -> str:
    return f"{before}\ndef f(xs, start=0): return {expression}\n"


def _class(bases: str, body: str) -> str:
    return f"class A({bases}):\n    {body}\n    def __hash__(self): return 0\n"


_EQUAL = "def __eq__(self, other): return True"
# Objects that say of themselves what a test wants to hear.
_LIARS = {
    f"equal to everything, as {base or 'an object'}": _returning(f"A({made})", _class(base, _EQUAL))
    for base, made in {
        "": "", "int": "1", "float": "1", "complex": "1", "str": "'x'", "bytes": "b'x'", "list": "[9]", "tuple": "[9]",
        "set": "[9]", "frozenset": "[9]", "dict": "a=1", "bytearray": "b'x'",
    }.items()
}  # fmt: skip
_RETURNED = {
    "its own comparison, reflected": _returning("A()", _class("", "__eq__ = lambda *_: True; __req__ = __eq__; __ne__ = lambda *_: False")),
    "a false class": _returning("A()", _class("", "__class__ = int\n    __eq__ = lambda *_: True")),
    "a metaclass that equals everything": _returning("A", "class M(type):\n    __eq__ = lambda *_: True\n    __hash__ = lambda _: 0\nclass A(metaclass=M): pass"),
    "a mock": _returning("mock.ANY", "from unittest import mock"),
    "a magic mock": _returning("mock.MagicMock(**{'__eq__.return_value': True})", "from unittest import mock"),
    "a number that changes": _returning("A()", _class("int", "n = 0\n    def __pos__(self): return 4\n    __index__ = __pos__\n    __int__ = __pos__")),
    "a lying truth": _returning("A()", _class("", "def __bool__(self): return True\n    __eq__ = lambda s, o: s")),
    "a weak proxy": _returning("weakref.proxy(a)", _class("", _EQUAL) + "import weakref\na = A()"),
    "a property of a tuple": _returning("A(1, 2)", "import collections\nclass A(collections.namedtuple('A', 'x y')):\n    __eq__ = lambda *_: True"),
    "a pickling trap": _returning("A()", _class("", "def __reduce__(self): return eval, ('4',)")),
    "a marshalled code": _returning("compile('4', '', 'eval')"),
    "a generator that never ends": _returning("iter(int, 1)"),
    "a generator of exceptions": "def f(xs, start=0):\n    yield from ()\n    raise StopIteration",
    "a coroutine": "async def f(xs, start=0): return sum(xs) + start",
    "not implemented": _returning("NotImplemented"),
    "an ellipsis": _returning("..."),
    "itself": _returning("f"),
    "a nan": _returning("float('nan')"),
    "a true value": _returning("True"),
    "a type": _returning("int"),
    "an enumeration": _returning("E.A", "import enum\nclass E(enum.IntEnum):\n    A = 7"),
    "a counter": _returning("collections.Counter(a=4)", "import collections"),
    "a deep list": "def f(xs, start=0):\n    for _ in range(100_000): xs = [xs]\n    return xs",
    "a list of itself": "def f(xs, start=0):\n    xs.append(xs)\n    return xs",
    "a huge text": _returning("'x' * (60 << 20)"),
    "a huge number": _returning("1 << 8_000_000"),
    "many small lists": _returning("[[] for _ in range(50_000)]"),
    "a text with a lone surrogate": _returning("'\\ud800'"),
    "an exception as value": _returning("AssertionError()"),
    "an argument turned around": "def f(xs, start=0):\n    xs.clear(); xs.append(4)\n    return xs",
    "a lazy result": _returning("A()", _class("", "def __getattr__(self, name): return lambda *a: True\n    __eq__ = __getattr__")),
}  # fmt: skip
# The harness: its frames, descriptors, modules and messages.
_FORGE = "import json, os, struct\ndef say(*m):\n    b = json.dumps(m).encode()\n    os.write(3, struct.pack('=I', len(b)) + b)\n"
_PASS = 'b\'{"verdict": "pass", "detail": null}\''
_HARNESS = {
    "exit with 0": "import sys\ndef f(*_): sys.exit(0)",
    "exit at once": "import os\ndef f(*_): os._exit(0)",
    "exit while it is loaded": "raise SystemExit(0)",
    "an exit in a thread": "import os, threading\ndef f(*_):\n    t = threading.Thread(target=os._exit, args=(0,)); t.start(); t.join()",
    "KeyboardInterrupt": "def f(*_): raise KeyboardInterrupt",
    "GeneratorExit": "def f(*_): raise GeneratorExit",
    "StopIteration": "def f(*_): raise StopIteration(4)",
    "an exception that says pass": "def f(*_): raise type('pass', (Exception,), {'__str__': lambda s: 'pass'})",
    "an exception without arguments": "class E(UnicodeDecodeError):\n    def __init__(self): pass\ndef f(*_): raise E",
    "an exception that returns": "class E(Exception):\n    args = property(lambda s: 1 / 0)\ndef f(*_): raise E",
    "a group of exceptions": "def f(*_): raise ExceptionGroup('g', [ValueError()])",
    "a decorator that dangles": _returning("'wrong'") + "@(lambda f: lambda c: None)\n",
    "a decorator of a library that dangles": _returning("'wrong'") + "import functools\n@functools.partial(functools.partial, print)\n",
    "an open bracket": _returning("'wrong'") + "x = (",
    "an open text": _returning("'wrong'") + "'''",
    "an open condition": _returning("'wrong'") + "if False:\n",
    "a line that goes on": _returning("'wrong'") + "x = 1 + \\",
    "an open try": _returning("'wrong'") + "try:\n",
    "its own check": _returning("'wrong'") + "def check(candidate): pass\n",
    "its own check, in all modules": _returning("'wrong'") + "import sys\nfor m in list(sys.modules.values()):\n    m.check = lambda c: None\n",
    "a patched builtins.check": _returning("'wrong'") + "import builtins\nbuiltins.check = builtins.candidate = print\n",
    "patched comparison": _returning("'wrong'") + "import operator\noperator.eq = lambda *_: True\n",
    "patched AssertionError": _returning("'wrong'") + "import builtins\nbuiltins.AssertionError = type('E', (SystemExit,), {})\n",
    "patched exec and compile": _returning("'wrong'") + "import builtins\nbuiltins.exec = builtins.compile = lambda *a, **k: None\n",
    "patched json": _returning("'wrong'") + "import json\njson.dumps = lambda *a, **k: '[\"value\", 4]'\njson.loads = lambda *a, **k: ['call', 1, 2]\n",
    "patched os.write": _returning("'wrong'") + "import os\nos.write = lambda *a: 0\n",
    "patched os.read": _returning("'wrong'") + "import os\nos.read = lambda *a: b''\n",
    "patched os._exit": _returning("'wrong'") + "import os\nos._exit = lambda *a: None\n",
    "a patched encoder": _returning("'wrong'") + "import sys\nfor m in list(sys.modules.values()):\n    if hasattr(m, 'encoded'): m.encoded = lambda *a: ['list', [['list', []]]]\n",
    "a patched channel": _returning("'wrong'") + "import sys\nfor m in list(sys.modules.values()):\n    if hasattr(m, 'Channel'): m.Channel.receive = lambda *a: ['end']\n",
    "run the other side's function": _returning("'wrong'") + "import sys\nsys.modules['inside.children']._judge(3, '', lambda: None)\n",
    "search the frames for a nonce": "import sys, os\ndef f(*_):\n    g = sys._getframe()\n    while g and 'nonce' not in g.f_locals: g = g.f_back\n    os.write(3, g.f_locals['nonce'].encode() + " + _PASS + "); os._exit(0)",
    "search all objects for the test": "import gc\ndef f(xs, start=0):\n    for o in gc.get_objects():\n        if isinstance(o, dict) and 'nonce' in o: return 4 if xs else 0\n    raise LookupError",
    "search the memory for the test": "import ctypes, gc\ndef f(xs, start=0):\n    seen = [o for o in gc.get_objects() if 'cand' + 'idate([1, 2], 1) ==' in repr(o)[:2000]]\n    return 4 if seen else 'wrong'",
    "a verdict on every descriptor": "import os\ndef f(*_):\n    for d in range(64):\n        try: os.write(d, " + _PASS + ")\n        except OSError: pass\n    os._exit(0)",
    "a verdict of another form": "import os\nos.write(3, b'\\xff' * 9)\ndef f(*_): return 1",
    "a message with a false length": "import os\nos.write(3, b'\\xff\\xff\\xff\\xff')\ndef f(*_): return 1",
    "half a message": "import os\nos.write(3, b'\\x09\\0\\0\\0[')\nos._exit(0)",
    "an empty message": _FORGE + "say()\ndef f(*_): return 1",
    "a bare word": _FORGE + "say('pass')\ndef f(*_): return 1",
    "answers before questions, wrong": _FORGE + "for _ in range(9): say('value', True)\ndef f(*_): return 1",
    "a forged exception": _FORGE + "say('ready'); say('raised', 'SystemExit', [], 'x')\ndef f(*_): return 1",
    "a forged end": _FORGE + "say('ready'); say('end')\ndef f(*_): return 1",
    "a forged type": _FORGE + "say('ready'); say('value', ['type', 'print'])\ndef f(*_): return 1",
    "a forged object": _FORGE + "say('ready'); say('value', ['object', 'x' * 999, True])\ndef f(*_): return 1",
    "a forged import": _FORGE + "say('ready'); say('value', ['__import__', 'os'])\ndef f(*_): return 1",
    "forged arguments": _FORGE + "say('ready'); say('value', 5, 5, ['dict', 7])\ndef f(*_): return 1",
    "a forged iterator": _FORGE + "say('ready'); say('value', ['iterator', {}])\ndef f(*_): return 1",
    "a deep message": "import os, struct\nb = b'[' * 50_000\nos.write(3, struct.pack('=I', len(b)) + b)\ndef f(*_): return 1",
    "a mapping as detail": _FORGE + "say('ready'); say('raised', 'ValueError', [], {'a': 1})\ndef f(*_): return 1",
    "an invented exception": _FORGE + "say('ready'); say('raised', 'splendid', ['x'], 'pass')\ndef f(*_): return 1",
    "a closed channel": "import os\ndef f(*_):\n    os.close(3)\n    os._exit(0)",
    "a replaced channel": "import os, socket\na, b = socket.socketpair()\nos.dup2(a.fileno(), 3)\ndef f(*_): return 1",
    "a shut channel": "import socket\ndef f(*_):\n    socket.socket(fileno=3).shutdown(2)",
    "a thread that talks between": _FORGE + "import threading\ndef f(*_):\n    threading.Thread(target=say, args=('value', None)).start()\n    return 1",
    "exit handlers": "import atexit, os\natexit.register(os.write, 3, " + _PASS + ")\ndef f(*_): return 1",
    "a finalizer": "import os\nclass A:\n    def __del__(self): os.write(3, " + _PASS + ")\na = A()\ndef f(*_): return 1",
    "a trace function": "import sys\ndef t(frame, event, arg):\n    frame.f_locals['reply'] = ['value', 4]\n    return t\nsys.settrace(t)\ndef f(*_): return 1",
    "a profile function": "import sys\nsys.setprofile(lambda *a: None)\ndef f(*_): return 1",
    "an audit hook": "import sys, os\nsys.addaudithook(lambda *a: None)\ndef f(*_): return 1",
    "an import hook": "import sys\nclass H:\n    def find_spec(self, *a): raise SystemExit(0)\nsys.meta_path.insert(0, H())\ndef f(*_): import missing",
    "a module of the harness's name": "import sys, types\nsys.modules['tests'] = types.ModuleType('tests')\nsys.modules['inside'] = None\ndef f(*_): return 1",
    "a signal handler": "import signal\nsignal.signal(signal.SIGALRM, lambda *a: None); signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)\ndef f(*_): return 1",
    "no recursion limit": "import sys\nsys.setrecursionlimit(10 ** 6)\ndef f(*_): return f()",
    "a segmentation fault": "import ctypes\ndef f(*_): ctypes.string_at(0)",
    "an abort": "import ctypes\ndef f(*_): ctypes.CDLL(None).abort()",
    "a changed small integer": "import ctypes\ndef f(*_):\n    ctypes.c_int.from_address(id(1) + 24).value = 4\n    return 1",
    "changed types": "import ctypes, gc\ngc.get_referents(int.__dict__)[0]['__eq__'] = lambda *a: True\ndef f(*_): return 1",
    "a descriptor as module": "import sys\nclass M(type(sys)):\n    f = property(lambda s: 1 / 0)\nsys.modules['program'].__class__ = M\ndef f(*_): return 1",
    "a callable that counts": "class C:\n    n = 0\n    def __call__(self, *a):\n        self.n += 1\n        return (7, 8, 9)[self.n % 3]\nf = C()",
    "no function at all": "x = 4",
    "a function of another name": "def g(xs, start=0): return sum(xs) + start",
    "a full-width name": "def \uff47(xs, start=0): return sum(xs) + start",
    "an invisible sign in its name": "def f\u200b(xs, start=0): return sum(xs) + start",
    "a text that reads backwards": "def f(xs, start=0): return 1 #\u202e trats + )sx(mus",
    "a null sign": "def f(xs, start=0): return 1\0",
    "a coding line": "# -*- coding: utf-7 -*-\ndef f(xs, start=0): return 1",
    "ten thousand brackets": "def f(xs, start=0): return " + "(" * 10_000 + ")" * 10_000,
    "ten thousand signs": "def f(xs, start=0): return " + "-" * 10_000 + "1",
}  # fmt: skip
# The machine: other processes, files and memory, tried from inside the function.
_ATTEMPTS = {
    "memory of the tests by ptrace": "ctypes.CDLL(None).ptrace(16, os.getpid() + 1, 0, 0) == 0",
    "memory of the tests by process_vm_readv": "ctypes.CDLL(None).process_vm_readv(os.getpid() + 1, 0, 0, 0, 0, 0) >= 0",
    "memory of the tests by /proc": "open(f'/proc/{os.getpid() + 1}/mem', 'rb').read(1)",
    "the tests' descriptors": "os.open(f'/proc/{os.getpid() + 1}/fd/4', os.O_WRONLY)",
    "the worker's descriptors": "os.open(f'/proc/{os.getppid()}/fd/1', os.O_WRONLY)",
    "a descriptor of another process": "ctypes.CDLL(None).syscall(438, os.open('.', 0), 4, 0) >= 0",
    "kill the tests": "os.kill(os.getpid() + 1, 9) is None",
    "kill its group": "os.killpg(0, 9) is None",
    "queue a signal": "ctypes.CDLL(None).sigqueue(os.getppid(), 9, 0) == 0",
    "a new group": "os.setpgid(0, os.getppid()) is None",
    "a lower priority of others": "os.setpriority(0, os.getppid(), 19) is None",
    "a processor of its own": "os.sched_setaffinity(os.getppid(), {0}) is None",
    "shared memory": "ctypes.CDLL(None).shmget(0, 4096, 0o1666) >= 0",
    "posix shared memory": "__import__('multiprocessing.shared_memory').shared_memory.SharedMemory(create=True, size=9)",
    "a message queue": "ctypes.CDLL(None).msgget(0, 0o1666) >= 0",
    "a semaphore": "ctypes.CDLL(None).semget(0, 1, 0o1666) >= 0",
    "a file in memory": "os.memfd_create('x') >= 0",
    "a loopback listener": "__import__('socket').create_server(('127.0.0.1', 0))",
    "an IPv6 socket": "__import__('socket').socket(10)",
    "a packet socket": "__import__('socket').socket(17, 3)",
    "a netlink socket": "__import__('socket').socket(16, 3)",
    "an abstract listener": "__import__('socket').socket(1).bind('\\0x')",
    "a name look-up": "__import__('socket').gethostbyname('localhost')",
    "a symbolic link": "os.symlink('/etc/passwd', 'x') is None",
    "a hard link": "os.link('/etc/passwd', 'x') is None",
    "a device": "os.mknod('x', 0o20666, 0x103) is None",
    "a pipe with a name": "os.mkfifo('x') is None",
    "another owner": "os.chown('.', 0, 0) is None",
    "another mode": "os.chmod('.', 0o777) is None",
    "another user": "os.setuid(0) is None and os.setuid(1) is None",
    "another root": "os.chroot('/') is None",
    "an extended attribute": "os.setxattr('.', 'user.x', b'x') is None",
    "a watch on files": "ctypes.CDLL(None).inotify_init() >= 0",
    "a terminal": "os.openpty()",
    "the kernel's log": "open('/dev/kmsg').read(1)",
    "the host's name": "__import__('socket').sethostname('x') is None",
    "performance counters": "ctypes.CDLL(None).syscall(298, 0, 0, -1, -1, 0) >= 0",
    "a page-fault handler": "ctypes.CDLL(None).syscall(323, 0) >= 0",
    "a child by posix_spawn": "os.posix_spawn('/bin/true', ['true'], {})",
    "a child by vfork": "ctypes.CDLL(None).vfork() > 0",
    "a pool of processes": "__import__('multiprocessing').Pool(1)",
    "a shell": "os.system('true') == 0",
    "a debugger": "ctypes.CDLL(None).prctl(4, 1, 0, 0, 0) == 0",
    "its capabilities": "ctypes.CDLL(None).prctl(23, 21, 0, 0, 0) == 1 and ctypes.CDLL(None).unshare(0x20000) == 0",
}  # fmt: skip
_MACHINE = {
    name: f"import ctypes, os\ndef f(xs, start=0):\n    if not ({attempt}): raise OSError\n    return sum(xs) + start"
    for name, attempt in _ATTEMPTS.items()
}
CHEATS = {**_LIARS, **_RETURNED, **_HARNESS, **_MACHINE}
