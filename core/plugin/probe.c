/* SPDX-License-Identifier: MIT */
/* Load each plug-in of a folder in a child process of its own, so that one that crashes or hangs is only a line. */
#include "plugin/plugin.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PROBE_MS = 2000 };

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Load the plug-in and fill the answer. */
static void load_into(const char *dir, struct plugin_probe *probe)
{
    const struct alm_plugin *plugin = NULL;
    if (plugin_load(dir, probe->name, &plugin, &probe->error) != ALM_OK)
        return;
    snprintf(probe->version, sizeof probe->version, "%s", plugin->version);
    snprintf(probe->summary, sizeof probe->summary, "%s", plugin->summary);
    probe->kind = plugin->kind;
    probe->abi_major = plugin->abi_major;
    probe->abi_minor = plugin->abi_minor;
}

/* In the child: whatever the plug-in does to its process stays in here. */
static _Noreturn void run_child(const char *dir, struct plugin_probe *probe, int out)
{
    const struct rlimit no_core = {0, 0};
    static const int signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGALRM, SIGTERM, SIGINT, SIGPIPE};
    setpgid(0, 0);
    setrlimit(RLIMIT_CORE, &no_core);
    for (size_t i = 0; i < COUNT_OF(signals); i++)
        signal(signals[i], SIG_DFL);
    int null = open("/dev/null", O_RDWR);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
        _exit(1);
    load_into(dir, probe);
    const char *at = (const char *)probe;
    for (size_t left = sizeof *probe; left;) {
        ssize_t n = write(out, at, left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            _exit(1);
        at += n;
        left -= (size_t)n;
    }
    /* Not exit(): the parent's handlers are not the child's to run. */
    _exit(0);
}

/* Read a whole answer.  False when the pipe or the time came to its end before. */
static bool read_answer(int in, struct plugin_probe *answer, int64_t deadline)
{
    size_t got = 0;
    while (got < sizeof *answer) {
        int64_t left = deadline - now_ms();
        struct pollfd waiting = {.fd = in, .events = POLLIN};
        int ready = left > 0 ? poll(&waiting, 1, (int)left) : 0;
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            return false;
        ssize_t n = read(in, (char *)answer + got, sizeof *answer - got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        got += (size_t)n;
    }
    return true;
}

/* Whether the child ends by itself before the deadline.  It stays a zombie, so that its number is not given to another.
 */
static bool ends_in_time(pid_t child, int64_t deadline)
{
    static const struct timespec pause = {.tv_nsec = 1000000};
    for (;;) {
        siginfo_t info = {0};
        if (waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == child)
            return true;
        if (now_ms() >= deadline)
            return false;
        nanosleep(&pause, NULL);
    }
}

/* The child's memory is its own and may be spoilt: what came from there is text only if it ends. */
static void terminate(struct plugin_probe *probe)
{
    probe->version[sizeof probe->version - 1] = '\0';
    probe->summary[sizeof probe->summary - 1] = '\0';
    probe->error.text[sizeof probe->error.text - 1] = '\0';
    probe->error.hint[sizeof probe->error.hint - 1] = '\0';
}

/* probe->name is known and legal; fill the rest. */
static void probe_named(const char *dir, struct plugin_probe *probe)
{
    static const char hint[] = N_("take the file away, or tell its author");
    int ends[2] = {-1, -1};
    int status = 0;
    struct arena arena = {0};
    const char *path = NULL;

    /* What can be told without loading it is told without a child. */
    if (plugin_vet(dir, probe->name, &arena, &path, &probe->error) != ALM_OK) {
        path = arena_printf(&arena, "%s/%s.so", dir, probe->name);
        probe->absent = access(path, F_OK) != 0 && errno == ENOENT;
        arena_release(&arena);
        return;
    }
    arena_release(&arena);
    struct plugin_probe answer;
    memcpy(&answer, probe, sizeof answer); /* padding too */

    if (pipe2(ends, O_CLOEXEC) != 0) {
        error_set(&probe->error, ALM_UNAVAILABLE, NULL, _("no pipe: %s"), strerror(errno));
        return;
    }
    /* What stands in stdio's buffers is the parent's to write. */
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        run_child(dir, &answer, ends[1]);
    }
    close(ends[1]);
    if (child < 0) {
        error_set(&probe->error, ALM_UNAVAILABLE, NULL, _("no process: %s"), strerror(errno));
        close(ends[0]);
        return;
    }
    int64_t deadline = now_ms() + PROBE_MS;
    bool answered = read_answer(ends[0], &answer, deadline);
    close(ends[0]);
    bool late = !answered && !ends_in_time(child, deadline);
    kill(-child, SIGKILL); /* what it may have started, too */
    kill(child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (answered) {
        terminate(&answer);
        memcpy(answer.name, probe->name, sizeof answer.name);
        *probe = answer;
    } else if (late) {
        error_set(&probe->error, ALM_UNAVAILABLE, _(hint), _("%s/%s.so took longer than %d seconds to load"), dir,
                  probe->name, PROBE_MS / 1000);
    } else if (WIFSIGNALED(status)) {
        error_set(&probe->error, ALM_UNAVAILABLE, _(hint), _("%s/%s.so crashed (%s) while it was loaded"), dir,
                  probe->name, strsignal(WTERMSIG(status)));
    } else {
        error_set(&probe->error, ALM_UNAVAILABLE, _(hint),
                  _("%s/%s.so ended the program (status %d) while it was loaded"), dir, probe->name,
                  WEXITSTATUS(status));
    }
}

enum alm_status plugin_probe_one(const char *dir, const char *name, struct plugin_probe *probe)
{
    memset(probe, 0, sizeof *probe); /* padding too: it goes through the pipe */
    snprintf(probe->name, sizeof probe->name, "%s", name);
    if (plugin_check_name(name, &probe->error) == ALM_OK)
        probe_named(dir, probe);
    return probe->error.status;
}

static int by_name(const void *a, const void *b)
{
    const struct plugin_probe *left = a;
    const struct plugin_probe *right = b;
    return strcmp(left->name, right->name);
}

enum alm_status plugin_probe_all(const char *dir, struct plugin_probe **probes, size_t *n, struct alm_error *err)
{
    size_t capacity = 0;
    *probes = NULL;
    *n = 0;
    DIR *stream = opendir(dir);
    if (!stream)
        return error_set(err, ALM_UNAVAILABLE, _("see [almoner] plugindir"),
                         _("the folder of the plug-ins cannot be read: %s: %s"), dir, strerror(errno));
    for (const struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        size_t len = strlen(entry->d_name);
        if (len <= 3 || entry->d_name[0] == '.' || strcmp(entry->d_name + len - 3, ".so") != 0)
            continue;
        ARRAY_ROOM(*probes, *n, capacity);
        struct plugin_probe *probe = &(*probes)[(*n)++];
        memset(probe, 0, sizeof *probe); /* padding too: it goes through the pipe */
        snprintf(probe->name, sizeof probe->name, "%.*s", (int)(len - 3), entry->d_name);
        for (char *at = probe->name; *at; at++)
            if ((unsigned char)*at < ' ' || *at == 0x7f)
                *at = '?'; /* not a legal name anyway, and not for a terminal */
    }
    closedir(stream);
    if (*n)
        qsort(*probes, *n, sizeof **probes, by_name);
    for (size_t i = 0; i < *n; i++)
        if (plugin_check_name((*probes)[i].name, &(*probes)[i].error) == ALM_OK)
            probe_named(dir, &(*probes)[i]);
    return ALM_OK;
}
