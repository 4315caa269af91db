"""Work from any thread comes to the page's own loop, and none is lost while Panel sends what changed."""

import asyncio
import threading
from types import SimpleNamespace

from bokeh.document import Document
from tornado.ioloop import IOLoop

from watchfloor.views.pageloop import on_page


class Page(Document):
    """A document that is served by a loop; what it is given waits in `given` with the thread that gave it."""

    def __init__(self, loop=None):
        super().__init__()
        application = SimpleNamespace(io_loop=loop)
        self._kept = SimpleNamespace(server_context=SimpleNamespace(application_context=application))
        self._session_context = lambda: self._kept
        self.given = []
        self.broken = None

    def add_next_tick_callback(self, callback):
        if self.broken is not None:
            raise self.broken
        self.given.append((threading.current_thread(), callback))


def served(use):
    """Turn a loop in this thread until `use`, called in another one with a page of that loop, has returned."""

    async def turn():
        page = Page(IOLoop.current())
        await asyncio.get_running_loop().run_in_executor(None, use, page)
        await asyncio.sleep(0)
        return page

    return asyncio.run(turn())


def test_another_thread_gives_its_work_to_the_loop_and_never_to_the_document():
    page = served(lambda page: [on_page(page, lambda: None) for _ in range(3)])
    assert [thread for thread, _ in page.given] == [threading.current_thread()] * 3


def test_what_the_loop_does_itself_is_given_at_once():
    async def turn():
        page = Page(IOLoop.current())
        return on_page(page, lambda: None), len(page.given)

    assert asyncio.run(turn()) == (True, 1)


def test_a_loop_that_stands_still_does_not_keep_the_page():
    loop = IOLoop(make_current=False)
    page = Page(loop)
    assert on_page(page, lambda: None)
    assert len(page.given) == 1
    loop.close(all_fds=True)


def test_the_same_work_is_taken_twice():
    done = []
    page = Page()
    on_page(page, done.clear)
    on_page(page, done.clear)
    first, second = (callback for _, callback in page.given)
    assert first is not second


def test_without_a_page_it_is_done_at_once_and_a_closed_page_gets_nothing():
    done = []
    assert on_page(None, lambda: done.append(1))
    page = Page()
    page._session_context = None
    assert not on_page(page, lambda: done.append(2))
    assert done == [1]


def test_a_page_that_closes_before_its_loop_turns_is_not_asked():
    told = []

    async def turn():
        page = Page(IOLoop.current())
        other = threading.Thread(target=on_page, args=(page, lambda: None, told.append))
        other.start()
        other.join()  # the loop has not turned meanwhile
        page._kept.destroyed = True
        await asyncio.sleep(0)
        return page

    assert asyncio.run(turn()).given == []
    assert [str(error) for error in told] == ["the page is closed"]
    assert told[0].__traceback__ is None, "it would hold the page"


def test_a_page_that_cannot_take_it_is_told_of():
    page = Page()
    page.broken = RuntimeError("destroyed")
    told = []
    assert not on_page(page, lambda: None, told.append)
    assert told == [page.broken]
    assert not on_page(page, lambda: None)

    def use(page):
        page.broken = RuntimeError("destroyed")
        assert on_page(page, lambda: None, told.append)

    served(use)
    assert [str(error) for error in told] == ["destroyed"] * 2
