import time
def test_x(session):
    s=time.time(); session.run("true"); print("first", (time.time()-s)*1000)
    for i in range(5):
        s=time.time(); session.run("true"); print("run", (time.time()-s)*1000)
    s=time.time(); n=len(session.run("head -c 50000000 /dev/zero; head -c 50000000 /dev/zero >&2").stdout); print("100MB", (time.time()-s), n)
    s=time.time(); n=session.run("wc -c", stdin=bytes(20_000_000)).stdout; print("20MB", (time.time()-s), n)
