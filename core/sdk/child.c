/* SPDX-License-Identifier: MIT */
/* Foreign code runs in a child process, which may crash, hang or end the program: all of that is an answer. */
#include "sdk/internal.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void sdk_fail(struct sdk_answer *answer, const char *mend, const char *format, ...)
{
    va_list args;
    answer->verdict = SDK_FAILED;
    va_start(args, format);
    vsnprintf(answer->text, sizeof answer->text, format, args);
    va_end(args);
    snprintf(answer->mend, sizeof answer->mend, "%s", mend ? mend : "");
}

void sdk_fail_with(struct sdk_answer *answer, const struct alm_error *err)
{
    sdk_fail(answer, err->hint, "%s", err->text);
}

void sdk_skip(struct sdk_answer *answer, const char *format, ...)
{
    va_list args;
    answer->verdict = SDK_SKIPPED;
    va_start(args, format);
    vsnprintf(answer->text, sizeof answer->text, format, args);
    va_end(args);
}

void sdk_doing(struct sdk_answer *answer, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(answer->doing, sizeof answer->doing, format, args);
    va_end(args);
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void sdk_unguard(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGALRM, SIGTERM, SIGINT, SIGPIPE, SIGSYS};
    sigset_t ticks;
    for (size_t i = 0; i < COUNT_OF(signals); i++)
        signal(signals[i], SIG_DFL);
    sigemptyset(&ticks);
    sigaddset(&ticks, SIGRTMIN); /* the guard's clock */
    sigprocmask(SIG_BLOCK, &ticks, NULL);
}

static void become_child(void)
{
    const struct rlimit no_core = {0, 0};
    setpgid(0, 0);
    setrlimit(RLIMIT_CORE, &no_core);
    sdk_unguard();
}

/* Wait for its end; false if the time came first. */
static bool wait_for(pid_t child, int64_t deadline, int *status)
{
    static const struct timespec pause = {.tv_nsec = 1000000};
    for (;;) {
        pid_t ended = waitpid(child, status, WNOHANG);
        if (ended == child)
            return true;
        if (ended < 0 && errno != EINTR)
            return true;
        if (now_ms() >= deadline)
            return false;
        nanosleep(&pause, NULL);
    }
}

static void tell_end(struct sdk_answer *answer, bool late, int status, int seconds)
{
    char doing[sizeof answer->doing + 8] = "";
    answer->doing[sizeof answer->doing - 1] = '\0';
    if (answer->doing[0])
        snprintf(doing, sizeof doing, ": %s", answer->doing);
    if (late)
        sdk_fail(answer, _("does something there wait, or loop?"), _("did not come back within %d seconds%s"), seconds,
                 doing);
    else if (WIFSIGNALED(status))
        sdk_fail(answer, _("run it under a debugger or valgrind"), _("crashed (%s)%s"), strsignal(WTERMSIG(status)),
                 doing);
    else
        sdk_fail(answer, _("return a status; a plug-in never ends the program"), _("ended the program (exit %d)%s"),
                 WEXITSTATUS(status), doing);
}

void sdk_in_child(void (*work)(void *, struct sdk_answer *), void *context, int seconds, struct sdk_answer *out)
{
    struct sdk_answer *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status = 0;
    *out = (struct sdk_answer){0};
    if (shared == MAP_FAILED) {
        sdk_fail(out, NULL, _("no memory: %s"), strerror(errno));
        return;
    }
    fflush(NULL); /* what stands in stdio's buffers is the parent's to write */
    pid_t child = fork();
    if (child == 0) {
        become_child();
        work(context, shared);
        shared->done = true;
        _exit(0); /* not exit(): the parent's handlers are not the child's to run */
    }
    if (child < 0) {
        sdk_fail(out, NULL, _("no process: %s"), strerror(errno));
    } else {
        bool late = !wait_for(child, now_ms() + (int64_t)seconds * 1000, &status);
        kill(-child, SIGKILL); /* and what it may have started */
        if (late)
            while (waitpid(child, &status, 0) < 0 && errno == EINTR)
                continue;
        *out = *shared;
        /* The child's memory may be spoilt: text is text only if it ends. */
        out->text[sizeof out->text - 1] = '\0';
        out->mend[sizeof out->mend - 1] = '\0';
        if (!out->done)
            tell_end(out, late, status, seconds);
    }
    munmap(shared, sizeof *shared);
}
