/* SPDX-License-Identifier: MIT */
/* What the files of the kit share. */
#ifndef SDK_INTERNAL_H
#define SDK_INTERNAL_H

#include "host/host.h"
#include "sdk/sdk.h"

/* ---- foreign code in a child process (child.c) ---- */

/* What a child leaves behind, in memory that parent and child share; zeroed before the child starts. */
struct sdk_answer {
    bool done; /* the child came to its end */
    enum sdk_verdict verdict;
    char doing[200]; /* what it was about to do, for the message if it ends there */
    char text[1000];
    char mend[300];
    size_t n; /* test.c: how many tests there are */
};
/* Run work() in a child, at most so many seconds.  If it doesn't come to its end, the answer says how it ended: a
 * failure. */
void sdk_in_child(void (*work)(void *context, struct sdk_answer *), void *context, int seconds, struct sdk_answer *);
/* Crashes and hangs are this parent's to tell, not the guard's that the core puts on itself. */
void sdk_unguard(void);
ALM_PRINTF(3, 4) void sdk_fail(struct sdk_answer *, const char *mend, const char *format, ...);
void sdk_fail_with(struct sdk_answer *, const struct alm_error *);
ALM_PRINTF(2, 3) void sdk_skip(struct sdk_answer *, const char *format, ...);
ALM_PRINTF(2, 3) void sdk_doing(struct sdk_answer *, const char *format, ...);

/* ---- a scratch installation with one plug-in (world.c) ---- */

struct sdk_world {
    struct arena arena;
    const char *name;   /* of the plug-in and of its programme */
    const char *folder; /* NULL until it is made */
    const char *plugins;
    const char *config; /* almoner.ini */
};
enum alm_status sdk_world_make(struct sdk_world *, const struct sdk_bench *, struct alm_error *);
/* Its settings, store and state once more, in a folder within: for one test.  Plug-ins are shared. */
enum alm_status sdk_world_copy(const struct sdk_world *from, struct sdk_world *to, struct alm_error *err);
void sdk_world_remove(struct sdk_world *);
/* Write programmes/PROGRAMME.ini: this text, enabled, of this plug-in. */
enum alm_status sdk_world_settings(struct sdk_world *, const char *programme, const char *text, struct alm_error *);
/* The INI to run with: the bench's file, or the sample.  Loads the plug-in: in a child. */
enum alm_status sdk_world_sample(struct sdk_world *, const struct sdk_bench *, struct strbuf *, struct alm_error *);
/* Open the core on it, silent, with tables as JSON on `out`, at 2020-12-05T09:00 unless `now` says otherwise. */
enum alm_status sdk_world_open(struct sdk_world *, FILE *out, struct host **, struct alm_error *);

/* Take the scratch folder's name out of a message: nobody can go there. */
void sdk_world_strip(const struct sdk_world *, char *text);

#define SDK_NOW "2020-12-05T09:00"
#define SDK_TODAY 18601 /* 2020-12-05 */

/* ---- the checks (conform-*.c) ---- */

struct conform {
    const struct sdk_bench *bench;
    struct sdk_world world;
};
typedef void conform_check(const struct conform *, struct sdk_answer *);
conform_check conform_exports, conform_imports, conform_loads, conform_sample, conform_help, conform_owns_tables,
    conform_rule, conform_migrates, conform_restarts, conform_two_programmes, conform_runs_empty, conform_settles,
    conform_leaks;

/* The plug-in and its programme, started. */
enum alm_status conform_start(const struct conform *, FILE *out, struct host **, struct host_programme **,
                              struct alm_error *);

/* Names of the tables that the plug-in's migrations make, in the arena. */
size_t conform_tables(const struct alm_plugin *, struct arena *, const char *const **tables);

/* ---- cases made up for a rule (conform-cases.c) ---- */

enum { CONFORM_CASES = 10000 };
/* The same cases each time, for this programme.  All of their memory is one mapping, so that it can be made read-only.
 */
struct conform_cases {
    void *memory;
    size_t size;
    struct alm_case *cases; /* CONFORM_CASES of them */
};
enum alm_status conform_cases_make(struct conform_cases *, const struct alm_programme *, struct alm_error *);
/* A line for people, by the format for its recipient; takes no memory. */
const char *conform_case_format(uint32_t recipient);
void conform_case_describe(const struct alm_case *, const char *format, char *buf, size_t size);
uint64_t conform_random(uint64_t *state, uint64_t below);

#endif
