"""XML orders by their root element."""

from maild.domain.problem import Problem
from pipeline.orders.cii import read_cii
from pipeline.orders.context import Context
from pipeline.orders.cxml import read_cxml
from pipeline.orders.found import Document
from pipeline.orders.opentrans import read_opentrans
from pipeline.orders.ubl import TYPES, read_ubl
from pipeline.orders.xcbl import is_xcbl, read_xcbl
from pipeline.orders.xmltree import local, parse


def read_xml(name: str, data: bytes, context: Context) -> Document:
    """The orders of an XML file: UBL, cXML, Cross Industry Order, openTrans or xCBL; other roots say what they are."""
    root = parse(name, data)
    if isinstance(root, Problem):
        return Document(problems=(root,))
    kind = local(root)
    if kind == "Order" and is_xcbl(root):
        return read_xcbl(name, root)
    if kind == "ORDER":
        return read_opentrans(name, root)
    if kind in TYPES:
        return read_ubl(name, root)
    if kind.lower() == "cxml":
        return read_cxml(name, root)
    if kind == "SCRDMCCBDACIOMessageStructure" or kind == "CrossIndustryOrder":
        return read_cii(name, root)
    inner = next((e for e in root.iter() if local(e) in TYPES), None)
    if inner is not None:
        return read_ubl(name, inner)
    return Document(problems=(Problem("po.other_document", f"the XML document is a {kind}"),))
