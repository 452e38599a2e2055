"""A stock aiosmtpd that throws every mail away: what accepting a mail costs when nothing is kept."""

import asyncio

from aiosmtpd.smtp import SMTP


class Nothing:
    async def handle_DATA(self, server: SMTP, session: object, envelope: object) -> str:  # noqa: N802
        return "250 OK"


async def main() -> None:
    loop = asyncio.get_running_loop()

    def protocol() -> SMTP:
        return SMTP(Nothing(), hostname="stock.example", data_size_limit=33554432)

    server = await loop.create_server(protocol, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
