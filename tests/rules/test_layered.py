"""Graphs in layers: from left to right, nothing on top of each other; and the picture of the workflow."""

from itertools import combinations, pairwise
from random import Random
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.flow_picture import flow_picture
from rules.graph import transitions
from rules.layered import Layout, layout
from tests.rules.builders import rules, shipped

NODES = [f"n{number}" for number in range(9)]
EDGES = st.lists(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)), max_size=20)
SIZES = {node: (40.0 + 7 * number, 20.0) for number, node in enumerate(NODES)}


def overlaps(made: Layout) -> list[tuple[str, str]]:
    found = []
    for one, other in combinations(NODES, 2):
        (x, y), (u, v) = made.centres[one], made.centres[other]
        if abs(x - u) < (SIZES[one][0] + SIZES[other][0]) / 2 and abs(y - v) < (SIZES[one][1] + SIZES[other][1]) / 2:
            found.append((one, other))
    return found


@settings(max_examples=100, deadline=None)
@given(EDGES)
def test_no_node_lies_on_another_and_every_edge_has_its_way(edges: list[tuple[str, str]]) -> None:
    made = layout(SIZES, edges)
    assert overlaps(made) == []
    assert set(made.ways) == {edge for edge in edges if edge[0] != edge[1]}
    for (source, target), way in made.ways.items():
        assert (way[0], way[-1]) == (made.centres[source], made.centres[target])
        steps = [b[0] > a[0] for a, b in pairwise(way)]
        assert all(steps) or not any(steps)
    for node in NODES:
        x, y = made.centres[node]
        assert SIZES[node][0] / 2 <= x + 0.01 and x + SIZES[node][0] / 2 <= made.width + 0.01
        assert y - SIZES[node][1] / 2 + 0.01 >= 0 and y + SIZES[node][1] / 2 <= made.height + 0.01


def test_a_way_without_circles_goes_from_left_to_right() -> None:
    edges = [("n0", "n1"), ("n1", "n2"), ("n0", "n3"), ("n3", "n2"), ("n2", "n4")]
    made = layout(SIZES, edges)
    assert all(made.centres[a][0] < made.centres[b][0] for a, b in edges)


def test_edges_that_need_not_cross_do_not() -> None:
    """Two ladders side by side, named so that the alphabet would cross them."""
    edges = [("n0", "n5"), ("n1", "n4"), ("n5", "n2"), ("n4", "n3")]
    made = layout(SIZES, Random(3).sample(edges, 4))
    above = [made.centres[a][1] < made.centres[b][1] for a, b in (("n0", "n1"), ("n5", "n4"), ("n2", "n3"))]
    assert len(set(above)) == 1


def test_the_picture_shows_every_mark_and_rule_of_the_shipped_workflow() -> None:
    root = ElementTree.fromstring(flow_picture(shipped()))
    said = " ".join(text.text or "" for text in root.iter("{http://www.w3.org/2000/svg}text"))
    steps = transitions(shipped())
    assert {"tag open_order", "status on-hold", "tag order_shipped"} <= {m for s in steps for m in s.targets}
    for step in steps:
        assert all(mark.partition(" ")[2] in said for mark in (*step.sources, *step.targets))
        assert all(word in said for word in step.rule.split())
    assert not list(root.iter("{http://www.w3.org/2000/svg}image")), "it needs nothing from elsewhere"


def test_a_name_of_a_rule_is_text_in_the_picture() -> None:
    evil = '[[trigger]]\nname = "<script>alert(1)</script> & co"\ndo = [{ add_tags = ["<b>"] }]\n'
    root = ElementTree.fromstring(flow_picture(rules(evil)))
    assert not [node for node in root.iter() if node.tag.endswith(("script", "}b"))]


def test_rules_without_tags_and_statuses_make_a_small_picture() -> None:
    small, whole = (ElementTree.fromstring(flow_picture(of)).attrib["viewBox"].split() for of in (rules(""), shipped()))
    assert 0 < int(small[2]) * int(small[3]) < int(whole[2]) * int(whole[3]) / 2
