"""Finds, in the definitions' source, what could make two loads of the same files differ.

Asking the clock, for instance, leaves no trace that could be checked later. So the source
is read: a reason is returned for everything that is not known to be repeatable. Only code
that can run while definitions load counts: statements at the top of a module, functions
that are decorated, and functions whose names are mentioned in such code, and so on. A
demo under ``if __name__ == "__main__"`` does not.
"""

import ast
from pathlib import Path
from typing import Callable, Dict, Iterable, Iterator, List, Set, Tuple, Union

# Modules whose use is repeatable, given the same files and environment variables.
_REPEATABLE = {
    "__future__", "abc", "base64", "collections", "configparser", "contextlib", "copy", "csv", "dataclasses",
    "datetime", "dateutil", "decimal", "enum", "feast", "fractions", "functools", "google.protobuf", "hashlib",
    "itertools", "json", "logging", "math", "numbers", "numpy", "operator", "os", "os.path", "pandas", "pathlib",
    "pyarrow", "pydantic", "pytz", "re", "statistics", "string", "sys", "textwrap", "tomllib", "types", "typing",
    "typing_extensions", "warnings", "yaml", "zoneinfo",
}  # fmt: skip
# Attributes and imported names that are not, of whatever object. Python tells no one
# about `stat`; files that C++ opens (Parquet) are not seen either.
_VOLATILE_NAMES = {
    "FeatureStore", "access", "argv", "connect", "cpu_count", "exists", "getatime", "getctime", "getlogin",
    "getmtime", "getpid", "getppid", "getrandom", "getsize", "getuid", "glob", "group", "home", "is_dir", "is_file",
    "is_mount", "is_symlink", "isdir", "isfile", "islink", "ismount", "lexists", "lstat", "modules", "now", "owner",
    "popen", "random", "read_clipboard", "read_feather", "read_gbq", "read_hdf", "read_html", "read_orc",
    "read_parquet", "read_sql", "read_sql_query", "read_sql_table", "read_table", "readlink", "rglob", "samefile",
    "spawn", "stat", "stdin", "system", "times", "today", "uname", "urandom", "utcnow",
}  # fmt: skip
_LINK_READERS = {"resolve", "realpath"}
_VOLATILE_CALLS = {"__import__", "compile", "eval", "exec", "globals", "hash", "id", "input", "locals", "vars"}
# `pd.Timestamp("now")`, `np.datetime64("today")`
_VOLATILE_TEXTS = {"now", "today"}

# Parts of pyarrow that read files in C++.
_PYARROW_READERS = {"csv", "dataset", "feather", "fs", "orc", "parquet"}

IsUsers = Callable[[str], bool]
_Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]


def reasons(files: Iterable[Path], is_users_module: IsUsers) -> List[str]:
    """Returns why loading these files twice may give different results; empty if it cannot.

    Args:
        files: the source files of the user's own modules.
        is_users_module: says whether a module of that name is the user's own.
    """
    modules: Dict[Path, ast.Module] = {}
    for file in files:
        try:
            modules[file] = ast.parse(file.read_bytes())
        except (OSError, SyntaxError, ValueError) as error:
            return [f"{file}: cannot be read as Python ({error})"]
    found = []
    for file, bodies in _reachable(modules).items():
        imports = _Imports(modules[file], is_users_module)
        for node in bodies:
            found += [f"{file}:{line}: {what}" for line, what in _volatile(node, imports)]
        found += [f"{file}:{line}: imports everything from {name}" for line, name in imports.unknown_stars]
    return sorted(set(found))


def _reachable(modules: Dict[Path, ast.Module]) -> Dict[Path, List[ast.AST]]:
    """Returns, for each file, the statements and functions that loading may run."""
    functions: List[Tuple[Path, _Function, Set[str]]] = []
    reached: Dict[Path, List[ast.AST]] = {}
    names: Set[str] = set()
    for file, module in modules.items():
        top, inner = _split(module)
        reached[file] = list(top)
        for node in top:
            names |= _mentioned(node)
        functions += [(file, node, set(owners)) for node, owners in inner]
    while True:
        # A method also runs when only its class is mentioned (`__init__`, properties).
        new = [item for item in functions if item[1].name in names or item[1].decorator_list or item[2] & names]
        if not new:
            return reached
        functions = [item for item in functions if item not in new]
        for file, function, _ in new:
            reached[file].append(function)
            names |= _mentioned(function)


def _split(module: ast.Module) -> Tuple[List[ast.AST], List[Tuple[_Function, Tuple[str, ...]]]]:
    """Parts a module into the statements that run at once, and its functions with their classes."""
    top: List[ast.AST] = []
    inner: List[Tuple[_Function, Tuple[str, ...]]] = []

    def walk(statements: List[ast.stmt], owners: Tuple[str, ...]) -> None:
        for statement in statements:
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                inner.append((statement, owners))
                top.extend([*statement.decorator_list, *statement.args.defaults])
                top.extend(default for default in statement.args.kw_defaults if default is not None)
            elif isinstance(statement, ast.ClassDef):
                top.extend([*statement.decorator_list, *statement.bases])
                walk(statement.body, (*owners, statement.name))
            elif not _is_main_guard(statement):
                top.append(statement)

    walk(module.body, ())
    return top, inner


def _is_main_guard(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.If)
        and not statement.orelse
        and isinstance(statement.test, ast.Compare)
        and isinstance(statement.test.left, ast.Name)
        and statement.test.left.id == "__name__"
    )


def _mentioned(node: ast.AST) -> Set[str]:
    names: Set[str] = set()
    for item in ast.walk(node):
        if isinstance(item, ast.Name):
            names.add(item.id)
        elif isinstance(item, ast.Attribute):
            names.add(item.attr)
        elif isinstance(item, ast.alias) and item.asname:
            # Another name for a function of another module.
            names.add(item.name.rpartition(".")[2])
        elif isinstance(item, ast.Constant) and isinstance(item.value, str):
            # `getattr(module, "name")`
            names.add(item.value)
    return names


class _Imports:
    """The names that a module imports from modules that are not known to be repeatable."""

    def __init__(self, module: ast.Module, is_users_module: IsUsers) -> None:
        self.unknown: Dict[str, str] = {}
        self.unknown_stars: List[Tuple[int, str]] = []
        for node in ast.walk(module):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if not _is_repeatable(alias.name, is_users_module):
                        self.unknown[alias.asname or alias.name.partition(".")[0]] = alias.name
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                source = node.module or ""
                for alias in node.names:
                    if alias.name == "*" and not _is_repeatable(source, is_users_module):
                        self.unknown_stars.append((node.lineno, source))
                    elif alias.name in _VOLATILE_NAMES | _LINK_READERS or not (
                        _is_repeatable(source, is_users_module) and _is_no_unknown_module(source, alias.name)
                    ):
                        self.unknown[alias.asname or alias.name] = f"{source}.{alias.name}"


def _is_repeatable(module: str, is_users_module: IsUsers) -> bool:
    root = module.partition(".")[0]
    if root in ("pyarrow", "pandas", "numpy", "os"):
        # Their submodules read files in C++ (`pyarrow.parquet`) or are random (`numpy.random`).
        return module in _REPEATABLE
    return root in _REPEATABLE or module.startswith("google.protobuf") or is_users_module(root)


def _is_no_unknown_module(source: str, name: str) -> bool:
    return source not in ("pyarrow", "pandas", "numpy") or name not in _PYARROW_READERS


def _volatile(node: ast.AST, imports: _Imports) -> Iterator[Tuple[int, str]]:
    harmless = {id(item.func) for item in ast.walk(node) if isinstance(item, ast.Call) and _resolves_own_file(item)}
    for item in ast.walk(node):
        line = getattr(item, "lineno", 0)
        if isinstance(item, ast.Name):
            if item.id in imports.unknown:
                yield line, f"uses {imports.unknown[item.id]}"
            elif item.id in _VOLATILE_CALLS and isinstance(item.ctx, ast.Load):
                yield line, f"calls {item.id}()"
        elif isinstance(item, ast.Attribute) and id(item) not in harmless:
            if item.attr in _VOLATILE_NAMES or item.attr in _LINK_READERS:
                yield line, f"uses .{item.attr}"
            elif item.attr in _PYARROW_READERS and _is_name(item.value, {"pa", "pyarrow"}):
                yield line, f"uses pyarrow.{item.attr}"
        elif isinstance(item, ast.Constant) and isinstance(item.value, str) and item.value in _VOLATILE_TEXTS:
            yield line, f'mentions "{item.value}"'
        elif isinstance(item, ast.Call) and _is_name(item.func, {"getattr"}):
            name = item.args[1] if len(item.args) > 1 else None
            if not isinstance(name, ast.Constant) or name.value in _VOLATILE_NAMES | _VOLATILE_CALLS | _LINK_READERS:
                yield line, "calls getattr() for a name that cannot be told"


def _resolves_own_file(call: ast.Call) -> bool:
    """``Path(__file__).resolve()`` and ``os.path.realpath(__file__)``: the files are known anyway."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _LINK_READERS:
        return False
    inner = call.func.value
    paths = [*call.args, *(inner.args if isinstance(inner, ast.Call) else ())]
    return len(paths) == 1 and _is_name(paths[0], {"__file__"})


def _is_name(node: ast.AST, names: Set[str]) -> bool:
    return isinstance(node, ast.Name) and node.id in names
