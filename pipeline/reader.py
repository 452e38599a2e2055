"""What is understood of one mail: its parts, its kind and the orders in it. Pure; any bytes give a result."""

from types import MappingProxyType

from maild.domain.habits import Usual
from maild.domain.order import Reading
from maild.domain.problem import QUARANTINE
from pipeline.mime import classify, read_mail, without_content
from pipeline.orders.read import read_orders
from pipeline.understood import Understood


def understand(raw: bytes, usual: Usual = MappingProxyType({})) -> Understood:
    """Read one mail; ``usual`` as in `read_orders`. A structure over the limits is not searched for orders."""
    mail = read_mail(raw)
    if any(problem.code in QUARANTINE for problem in mail.problems):
        return Understood(without_content(mail), Reading())
    reading = read_orders(mail, usual)
    return Understood(without_content(classify(mail, bool(reading.orders))), reading)
