"""A contract of import-linter, which has none of this kind: its `acyclic_siblings` takes a package for one module."""

from graphlib import CycleError, TopologicalSorter

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, output


class NoCircles(Contract):
    """No modules import each other in a circle, not even inside functions."""

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        imports = {module: graph.find_modules_directly_imported_by(module) for module in sorted(graph.modules)}
        try:
            TopologicalSorter(imports).prepare()
        except CycleError as circle:
            return ContractCheck(kept=False, metadata={"circle": circle.args[1]})
        return ContractCheck(kept=True)

    def render_broken_contract(self, check: ContractCheck) -> None:
        output.print_error("These modules import each other in a circle; an arrow points to the module that imports:")
        output.print_error(" -> ".join(check.metadata["circle"]))
