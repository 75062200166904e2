/* SPDX-License-Identifier: MIT */
/*
 * What is done about a plug-in that crashes, hangs or ends the program.  It shares the program's memory, so that
 * nothing is mended: the fault is named (which plug-in, in which call), and the program ends with ALM_INTERNAL.  The
 * open transaction is not committed, so the store undoes it.
 *
 * Handlers run on a stack of their own and call only what a handler may call; their texts are translated beforehand.
 * In a process that was forked off they do nothing: there what happens is the parent's to tell.
 */
#include "plugin/parts.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { TICKS_A_SECOND = 4, STACK_SIZE = 64 * 1024 };

_Thread_local const struct plugin_call *plugin_running;
_Thread_local unsigned plugin_turns;

static const char *const phrases[] = {[PLUGIN_LOAD] = N_("while it was loaded"),
                                      [PLUGIN_CHECK] = N_("while it checked its settings"),
                                      [PLUGIN_START] = N_("in start()"),
                                      [PLUGIN_STOP] = N_("in stop()"),
                                      [PLUGIN_COMMAND] = N_("in its command"),
                                      [PLUGIN_REPORT] = N_("in its report"),
                                      [PLUGIN_IMPORT] = N_("while it imported a row"),
                                      [PLUGIN_RULE] = N_("in its rule, entitle()"),
                                      [PLUGIN_SETTLE] = N_("in settle()"),
                                      [PLUGIN_UNSETTLE] = N_("in unsettle()"),
                                      [PLUGIN_STORE] = N_("in its work as the store")};

static const struct {
    int number;
    const char *name;
} crashes[] = {{SIGSEGV, N_("segmentation fault")}, {SIGBUS, N_("bus error")}, {SIGFPE, N_("arithmetic fault")},
               {SIGILL, N_("illegal instruction")}, {SIGABRT, N_("aborted")},  {SIGSYS, N_("bad system call")}};

enum fault { CRASHED, HANGS, LEFT };

/* One for the process, as its signal handlers are. */
static struct {
    pid_t process; /* 0: not on */
    unsigned patience;
    bool ticking;
    unsigned seen; /* plugin_turns at the last tick */
    unsigned ticks;
    const char *phrases[COUNT_OF(phrases)];
    const char *crashes[COUNT_OF(crashes)];
} guard;

static bool is_on(void)
{
    return guard.process && guard.process == getpid();
}

/* ---- telling; all of it from a signal handler ---- */

static _Noreturn void leave(int status)
{
    for (;;)
        syscall(SYS_exit_group, status);
}

/* A line is written at one go, so that it is not torn apart. */
struct line {
    char at[1024];
    size_t len;
};

static void add(struct line *line, const char *text)
{
    while (text && *text && line->len < sizeof line->at - 1)
        line->at[line->len++] = *text++;
}

static void add_number(struct line *line, unsigned number)
{
    char digits[12];
    size_t at = sizeof digits;

    digits[--at] = '\0';
    do
        digits[--at] = (char)('0' + number % 10);
    while (number /= 10);
    add(line, digits + at);
}

static const struct plugin_call *nearest_plugin(const struct plugin_call *call)
{
    while (call && !call->plugin)
        call = call->outer;
    return call;
}

/* "plug-in dates (/usr/lib/almoner/dates.so)" */
static void add_plugin(struct line *line, const struct plugin_call *call)
{
    const char *path = call->what == PLUGIN_LOAD ? call->detail : plugin_path(call->plugin);

    add(line, "plug-in ");
    add(line, call->plugin);
    if (path) {
        add(line, " (");
        add(line, path);
        add(line, ")");
    }
}

static void add_call(struct line *line, const struct plugin_call *call)
{
    add(line, " ");
    add(line, guard.phrases[call->what]);
    if (call->detail && call->what != PLUGIN_LOAD) {
        add(line, " '");
        add(line, call->detail);
        add(line, "'");
    }
}

static _Noreturn void tell(enum fault fault, const char *how)
{
    const struct plugin_call *top = plugin_running, *call = nearest_plugin(top);
    const struct plugin_call *asked = nearest_plugin(call->outer);
    const char *programme = NULL;
    struct line line = {.len = 0};

    for (const struct plugin_call *at = top; at && !programme; at = at->outer)
        programme = at->programme;
    add(&line, "almoner: ");
    if (top == call) {
        add_plugin(&line, call);
        add(&line, fault == CRASHED ? " crashed (" : fault == HANGS ? " hangs" : " ended the program");
        add(&line, fault == CRASHED ? how : NULL);
        add(&line, fault == CRASHED ? ")" : NULL);
    } else {
        add(&line, "crashed (");
        add(&line, how);
        add(&line, ") at work for ");
        add_plugin(&line, call);
    }
    add_call(&line, call);
    if (asked && strcmp(asked->plugin, call->plugin) != 0) {
        add(&line, ", asked by ");
        add_plugin(&line, asked);
        add_call(&line, asked);
    }
    if (fault == HANGS) {
        add(&line, ": nothing was heard of it for ");
        add_number(&line, guard.patience);
        add(&line, " s");
    }
    add(&line, "\n  what was not finished is undone; ");
    if (programme) {
        add(&line, "turn it off by `almoner programme disable ");
        add(&line, programme);
        add(&line, "`, and tell its author\n");
    } else {
        add(&line, "take the file away, or tell its author\n");
    }
    ssize_t written = write(STDERR_FILENO, line.at, line.len);
    (void)written; /* there is nobody else to tell */
    leave(ALM_INTERNAL);
}

static void on_crash(int number)
{
    const char *how = "";

    if (is_on() && nearest_plugin(plugin_running)) {
        for (size_t i = 0; i < COUNT_OF(crashes); i++)
            if (crashes[i].number == number)
                how = guard.crashes[i];
        tell(CRASHED, how);
    }
    /* No plug-in's: die as if there were no handler. */
    signal(number, SIG_DFL);
    raise(number);
}

/* A call that neither returned nor asked the host for anything since the last tick is counted on. */
static void on_tick(int number)
{
    const struct plugin_call *call = plugin_running;

    (void)number;
    if (!call || !call->plugin || call->what == PLUGIN_STORE || plugin_turns != guard.seen) {
        guard.seen = plugin_turns;
        guard.ticks = 0;
        return;
    }
    if (++guard.ticks >= guard.patience * TICKS_A_SECOND && is_on())
        tell(HANGS, NULL);
}

static void on_exit_call(void)
{
    if (is_on() && plugin_running && plugin_running->plugin)
        tell(LEFT, NULL);
}

/*
 * Stands before the C library's own in a plug-in's eyes, as the program's symbols do: a plug-in that leaves without
 * running exit handlers is told as well, and not taken for a success.
 */
__attribute__((visibility("default"))) _Noreturn void _exit(int status)
{
    on_exit_call();
    leave(status);
}

__attribute__((visibility("default"))) _Noreturn void _Exit(int status)
{
    _exit(status);
}

/* ---- on ---- */

void plugin_guard(int64_t patience_seconds)
{
    static _Alignas(16) char stack[STACK_SIZE];
    const stack_t own = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK};

    if (!guard.process) {
        atexit(on_exit_call);
        at_quick_exit(on_exit_call);
    }
    guard.process = getpid();
    guard.patience = patience_seconds < 1 ? 1 : (unsigned)patience_seconds;
    for (size_t i = 0; i < COUNT_OF(phrases); i++)
        guard.phrases[i] = _(phrases[i]);
    sigaltstack(&own, NULL);
    for (size_t i = 0; i < COUNT_OF(crashes); i++) {
        guard.crashes[i] = _(crashes[i].name);
        sigaction(crashes[i].number, &action, NULL);
    }
}

/* Not before something is loaded: most commands of the core run without a plug-in's rule or a timer. */
void plugin_guard_watch(void)
{
    const struct itimerspec tick = {.it_interval.tv_nsec = 1000000000L / TICKS_A_SECOND,
                                    .it_value.tv_nsec = 1000000000L / TICKS_A_SECOND};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
    struct sigaction action = {.sa_handler = on_tick, .sa_flags = SA_ONSTACK | SA_RESTART};
    timer_t timer;

    if (!is_on() || guard.ticking)
        return;
    guard.ticking = sigaction(SIGRTMIN, &action, NULL) == 0 && timer_create(CLOCK_MONOTONIC, &event, &timer) == 0 &&
                    timer_settime(timer, 0, &tick, NULL) == 0;
}
