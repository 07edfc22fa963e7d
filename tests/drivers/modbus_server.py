"""A Modbus RTU slave that we did not write, for the tests of the master: modbus_server.py PORT. Slave 1 holds coils and
inputs 0 to 99 (every third one set) and registers 0 to 99 (value = 3 x address). Prints "ready" when it listens."""
import asyncio
import logging
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.framer.rtu_framer import ModbusRtuFramer
from pymodbus.server import StartAsyncSerialServer

SIZE = 100
logging.disable(logging.CRITICAL)  # it is asked for what it does not have


async def main():
    bits = [i % 3 == 0 for i in range(SIZE)]
    words = [3 * i for i in range(SIZE)]
    slave = ModbusSlaveContext(
        di=ModbusSequentialDataBlock(0, bits),
        co=ModbusSequentialDataBlock(0, list(bits)),
        hr=ModbusSequentialDataBlock(0, words),
        ir=ModbusSequentialDataBlock(0, list(words)),
        zero_mode=True,
    )
    context = ModbusServerContext(slaves={1: slave}, single=False)
    task = asyncio.create_task(
        StartAsyncSerialServer(context=context, framer=ModbusRtuFramer, port=sys.argv[1], baudrate=9600, timeout=1)
    )
    await asyncio.sleep(0.2)
    print("ready", flush=True)
    await task


asyncio.run(main())
