/* SPDX-License-Identifier: MIT */
/*
 * plugin: from a name to a loaded, negotiated `struct alm_plugin`.  Vets the file before dlopen (a constructor runs
 * before any check of ours), loads it, compares versions, checks the descriptor.  It knows nothing of what plug-ins do.
 */
#ifndef PLUGIN_PLUGIN_H
#define PLUGIN_PLUGIN_H

#include "base/base.h"

/* Name `[a-z][a-z0-9-]*`, at most 40 bytes, none of the reserved core nouns. */
enum alm_status plugin_check_name(const char *name, struct alm_error *);
/* Whether files may be loaded from that folder at all. */
enum alm_status plugin_vet_folder(const char *dir, struct alm_error *);
/* The file's path (in the arena) if it may be loaded: dir absolute; a regular file, no link; file and folder owned by root
 * or the user and not writable by others.  A missing file is ALM_UNAVAILABLE, "not installed". */
enum alm_status plugin_vet(const char *dir, const char *name, struct arena *, const char **path, struct alm_error *);
/* Vet, read the file's own head and symbols, dlopen (RTLD_NOW | RTLD_LOCAL), call the entry, negotiate, check the descriptor.  Once loaded it stays loaded. The result is normalised: where the
 * plug-in was built against a smaller struct, missing members read as zero. Loading the same file again hands back the same result. */
enum alm_status plugin_load(const char *dir, const char *name, const struct alm_plugin **, struct alm_error *);

/* The file that a loaded plug-in came from, or NULL.  May be called in a signal handler. */
const char *plugin_path(const char *name);

/* What is known of one plug-in by loading it in a child process, two seconds at most, so that a crash is only a line. */
struct plugin_probe {
    char name[64];
    char version[32];
    char summary[160];
    uint32_t kind; /* 0 if refused */
    bool absent;   /* no such file */
    uint16_t abi_major, abi_minor;
    struct alm_error error; /* status ALM_OK: sound */
};
/* All *.so of the folder, sorted by name; free(*probes). */
enum alm_status plugin_probe_all(const char *dir, struct plugin_probe **probes, size_t *n, struct alm_error *);
/* The same for one name; returns probe->error.status. */
enum alm_status plugin_probe_one(const char *dir, const char *name, struct plugin_probe *);
/* A checked descriptor: names legal and unique, tables consistent, kinds complete. For plugin_load and its tests. */
enum alm_status plugin_check(const struct alm_plugin *, const char *name, struct alm_error *);
/* ---- guard (guard.c) ---- */

/*
 * Who runs: a call into a plug-in stands between plugin_enter() and plugin_leave(), so that a crash, a hang or an exit()
 * in there can be told with its name.  Work that the host does for a plug-in is a call with plugin NULL; calls nest.
 * It costs a few stores.  Only the thread that entered is known to be in the call.
 */
enum plugin_what {
    PLUGIN_LOAD, /* detail: the file */
    PLUGIN_CHECK,
    PLUGIN_START,
    PLUGIN_STOP,
    PLUGIN_COMMAND, /* detail: its name, as for a report */
    PLUGIN_REPORT,
    PLUGIN_IMPORT,
    PLUGIN_RULE,
    PLUGIN_SETTLE,
    PLUGIN_UNSETTLE,
    PLUGIN_STORE /* not watched for hanging: a database may take its time */
};
struct plugin_call {
    const struct plugin_call *outer;
    const char *plugin;    /* its name; NULL: the host works */
    const char *programme; /* for the mend; may be NULL */
    const char *detail;    /* may be NULL */
    enum plugin_what what;
};
extern _Thread_local const struct plugin_call *plugin_running;
extern _Thread_local unsigned plugin_turns; /* counts enters and leaves: a call that makes no turn may hang */

static inline void plugin_enter(struct plugin_call *call)
{
    call->outer = plugin_running;
    plugin_running = call;
    plugin_turns++;
}

static inline void plugin_leave(struct plugin_call *call)
{
    plugin_running = call->outer;
    plugin_turns++;
}

/* From here to the end of the block the host works, for a plug-in that asked it. */
#define PLUGIN_ASKED_HOST                                                                                              \
    __attribute__((cleanup(plugin_leave))) struct plugin_call plugin_asked_host = {.plugin = NULL};                    \
    plugin_enter(&plugin_asked_host)

/*
 * From here on, a plug-in that crashes, that calls exit(), or that neither returns nor asks the host for anything for
 * `patience` seconds ends the program: a message names it and the call, the status is
 * ALM_INTERNAL, and the open transaction is not committed.  For the thread that calls it.
 */
void plugin_guard(int64_t patience);

/* Words that neither a plug-in nor a programme may be called: the core's nouns. Ends with NULL. */
extern const char *const plugin_reserved[];

#endif
