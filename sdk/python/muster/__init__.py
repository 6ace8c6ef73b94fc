"""What extensions of Muster are written with.

An extension's module is called ``extension``. It has a function for each hook that its specification names::

    import muster


    def configure(context: muster.Context) -> muster.Steps:
        return muster.Steps(node=[muster.File("/etc/motd", f"Welcome to {context.cluster.name}.\\n")])

``docs/extensions.md`` describes the hooks.
"""

from ._answers import Answer, Metric, Problem
from ._node_set import node_names
from ._objects import (CallError, Cluster, Context, Extension, Head, Node, NodeEvent, NodeResult, Profile, SettingValue,
                       User, Values)
from ._steps import Directory, File, Service, Step, Steps, Unit, UnitFile

#: The level of what extensions may use, as ``api`` of the specification has it.
API = 1

__all__ = ["API", "Answer", "CallError", "Cluster", "Context", "Directory", "Extension", "File", "Head", "Metric", "Node",
           "NodeEvent", "NodeResult", "Problem", "Profile", "Service", "SettingValue", "Step", "Steps", "Unit",
           "UnitFile", "User", "Values", "node_names"]
