"""The server, schools and callers of the wire tests, for clients that others have written."""
import importlib.util
import sys
from pathlib import Path

_wire = Path(__file__).resolve().parents[1] / "wire" / "conftest.py"
sys.path.append(str(_wire.parent))  # what it is made of
_spec = importlib.util.spec_from_file_location("wire", _wire)
wire = sys.modules["wire"] = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(wire)

server, school = wire.server, wire.school
