# An independent ZeroMQ client that knocks: python3 stranger.py ENDPOINT SERVER_KEY
# It speaks the wire protocol (the article WireProtocol) with a protocol buffer written by hand.
import sys

import zmq

endpoint, server_key = sys.argv[1], sys.argv[2]
context = zmq.Context()


def knock(own, server):
    socket = context.socket(zmq.DEALER)
    socket.setsockopt(zmq.LINGER, 0)
    if own:
        socket.curve_publickey, socket.curve_secretkey = own
        socket.curve_serverkey = server
    socket.connect(endpoint)
    return socket


def answer(socket, milliseconds):
    return socket.recv() if socket.poll(milliseconds) else None


def field(number, kind, value):
    tag = bytes([number << 3 | kind]) if number < 16 else bytes([(number << 3 & 0x7F | kind) | 0x80, number >> 4])
    if kind == 2:
        return tag + bytes([len(value)]) + value
    return tag + value


replica = field(1, 1, bytes(7) + b"\x01") + field(2, 1, bytes(7) + b"\x02")
introduction = field(1, 2, replica) + field(2, 0, b"\x01") + field(3, 2, b"pyzmq") + field(8, 0, b"\x64")
hello = field(1, 0, b"\x01") + field(2, 0, b"\x01") + field(3, 2, introduction)
frame = b"\x01\x00" + field(1, 2, hello)

plain = knock(None, None)
plain.send(frame)
print("no CURVE:", "no answer" if answer(plain, 1500) is None else "ANSWERED")

wrong = knock(zmq.curve_keypair(), zmq.curve_keypair()[0])
wrong.send(frame)
print("wrong key:", "no answer" if answer(wrong, 1500) is None else "ANSWERED")

stranger = knock(zmq.curve_keypair(), server_key.encode())
stranger.send(frame)
welcome = answer(stranger, 10000)
# The welcome is small enough to be read without a decompressor where it is not compressed.
if welcome is None:
    print("pending: NO ANSWER")
elif welcome[1] == 0:
    start = welcome.find(b"this laptop")
    print("pending:", welcome[start:].decode("utf-8", "replace"))
else:
    print("pending: compressed", len(welcome))

for garbage in (b"", b"\x01", b"\xff" * 100, b"\x01\x00" + b"\xff" * 1000, b"\x01\x01" + b"\x00" * 100):
    stranger.send(garbage)
print("garbage:", "answered" if answer(stranger, 10000) else "NO ANSWER")
stranger.send_multipart([frame, frame, frame])
print("several parts:", "answered" if answer(stranger, 10000) else "NO ANSWER")
