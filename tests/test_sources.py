"""What our own source never does, read without running it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

OURS = Path(__file__).parent.parent / "authsrv"
#: Modules that run a command, read an object back as code, leave memory unguarded or guess at
#: chance, each with why it has no place here.
NEVER = {
    "subprocess": "commands", "pty": "commands", "commands": "commands", "shlex": "commands",
    "pickle": "objects as code", "marshal": "objects as code", "shelve": "objects as code",
    "dill": "objects as code", "yaml": "objects as code", "code": "text as code",
    "codeop": "text as code", "runpy": "text as code",
    "ctypes": "memory", "cffi": "memory", "mmap": "memory", "_ctypes": "memory",
    "random": "chance",
}  # fmt: skip
#: Functions that take a text and run it, by their last name.
RUNS = {
    "eval", "exec", "compile", "system", "popen", "execv", "execve", "execvp", "execvpe", "spawnv",
    "spawnvp", "spawnlp", "posix_spawn", "literal_eval", "from_string", "getstatusoutput",
}  # fmt: skip
LOG = {"debug", "info", "warn", "error", "critical", "failure"}
#: Hashes that are broken.
BROKEN = {"md5", "sha1", "md4", "ripemd160"}
# Not PRAGMA, which takes no parameters: its values are numbers of ours.
_SQL = re.compile(r"\b(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|WHERE|VALUES|ATTACH)\b")


def modules() -> list[tuple[str, ast.Module]]:
    """Every module of ours, by its path."""
    return [
        (str(path.relative_to(OURS)), ast.parse(path.read_text("utf-8")))
        for path in sorted(OURS.rglob("*.py"))
    ]


def calls() -> Iterator[tuple[str, str, ast.Call]]:
    """Every call: where it stands, its object and name as written, and itself."""
    for path, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield f"{path}:{node.lineno}", ast.unparse(node.func), node


def imported(tree: ast.Module) -> Iterator[str]:
    """The first names of the modules that *tree* imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def is_constant(node: ast.expr) -> bool:
    """Whether *node* is a text that stands in the source, whole or as joined pieces of it."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)


class SourceTests(SynchronousTestCase):
    """Each rule, for every module."""

    def test_many(self) -> None:
        """It is our source that is read."""
        self.assertGreater(len(modules()), 100)
        self.assertGreater(len(list(calls())), 1000)

    def test_never_imported(self) -> None:
        """No module is used that runs commands, revives objects, bares memory, or guesses."""
        # Shared memory, read and written through a memoryview, which knows its bounds.
        excused = {"cluster/tally.py: mmap, memory"}
        found = {
            f"{path}: {name}, {NEVER[name]}"
            for path, tree in modules()
            for name in imported(tree)
            if name in NEVER
        }
        self.assertEqual(found, excused)

    def test_never_run(self) -> None:
        """No text is run: as code, as a command, or as a template."""
        # A pattern, and a statement of SQLAlchemy's: neither is code.  A template of ours is, and
        # nobody else's words are in it.
        excused = {"re.compile", "statement.compile", "environment.compile"}
        found = [
            f"{where} {name}"
            for where, name, _ in calls()
            if name.rpartition(".")[2] in RUNS and name not in excused
        ]
        self.assertEqual(found, [])

    def test_statements(self) -> None:
        """No SQL is put together of values: what is joined at all stands at a module's start."""
        for path, tree in modules():
            at_start = {id(n) for s in tree.body for n in ast.walk(s) if _is_assignment(s)}
            for node in ast.walk(tree):
                if isinstance(node, ast.JoinedStr | ast.BinOp) and id(node) not in at_start:
                    parts = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant)]
                    said = " ".join(part for part in parts if isinstance(part, str))
                    self.assertNotRegex(said, _SQL, f"{path}:{node.lineno}")

    def test_no_compiled_code(self) -> None:
        """All that we ship ourselves is Python and text."""
        kinds = {path.suffix for path in OURS.rglob("*") if path.is_file()}
        self.assertEqual(kinds & {".so", ".pyd", ".dll", ".c", ".pyx", ".o", ".a"}, set())

    def test_patterns(self) -> None:
        """No regular expression is made of what somebody sends: each stands in the source."""
        for path, tree in modules():
            at_start = {id(n) for s in tree.body for n in ast.walk(s) if _is_assignment(s)}
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re."):
                    fixed = id(node) in at_start or is_constant(node.args[0])
                    self.assertTrue(fixed, f"{path}:{node.lineno}")

    def test_log_messages(self) -> None:
        """The message of each event is a constant; what varies stands in fields."""
        seen = 0
        for where, name, call in calls():
            owner, _, method = name.rpartition(".")
            if method in LOG and owner.rpartition(".")[2] in {"log", "_log", "Logger()"}:
                seen += 1
                self.assertTrue(is_constant(call.args[0]), f"{where} {name}")
        self.assertGreater(seen, 30)

    def test_hashes(self) -> None:
        """No broken hash is asked for."""
        for where, name, call in calls():
            self.assertNotIn(name.rpartition(".")[2].lower(), BROKEN, where)
            if name in {"hashlib.new", "hmac.new"}:
                names = [a.value for a in call.args if isinstance(a, ast.Constant)]
                self.assertEqual(names, ["sha256"], where)

    def test_chance(self) -> None:
        """Whatever asks for random bytes is given the kernel's."""
        given = {
            ast.unparse(keyword.value)
            for where, _, call in calls()
            if where.startswith("wiring/")
            for keyword in call.keywords
            if keyword.arg == "random"
        }
        self.assertEqual(given, {"os.urandom"})


def _is_assignment(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Assign | ast.AnnAssign)
