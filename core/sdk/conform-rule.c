/* SPDX-License-Identifier: MIT */
/*
 * Whether the rule is pure.  It is asked about ten thousand cases in order, shuffled, and by two threads at once, and
 * has to answer the same each time.  Meanwhile its settings, its state, the plug-in's data and the cases are read-only,
 * and no system call passes.
 *
 * The state is whatever start() made, wherever it put it: so the core is opened in a thread of its own, whose memory
 * the allocator takes from mappings of its own, and all writable mappings that are new after that are locked.
 */
#include "sdk/internal.h"

#include <errno.h>
#include <link.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The address sanitizer's allocator has one memory for all threads: there the state cannot be told from the rest. */
#if defined(__SANITIZE_ADDRESS__)
#define SHARED_MEMORY 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SHARED_MEMORY 1
#endif
#endif
#ifndef SHARED_MEMORY
#define SHARED_MEMORY 0
#endif

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#endif

enum { RANGES_MOST = 512, PASSES = 3, SECONDS = 3, FINDINGS_MOST = 16 };

enum kind { OTHER, STATE, DATA, CASES };
struct range {
    uintptr_t from, to;
    enum kind kind;
};

/* One for the process: signal handlers have no other way to it.  Set in the child alone. */
static struct purity {
    struct sdk_answer *answer;
    const struct alm_programme *rule;
    const void *state;
    struct conform_cases cases;
    struct alm_entitlement *answers[PASSES]; /* by number of the case; the last two by the two threads */
    uint32_t *order;
    struct range locked[RANGES_MOST];
    size_t n_locked;
    atomic_int ready, go, finished;
    const char *texts[FINDINGS_MOST], *mends[FINDINGS_MOST], *format; /* in the user's language */
} purity;
static _Thread_local const struct alm_case *volatile case_at_hand;

/* ---- what went wrong ---- */

enum finding {
    SYSTEM_CALL,
    LOOPS,
    WRITES_STATE,
    WRITES_DATA,
    WRITES_CASE,
    CRASHES,
    SIZE,
    NO_END,
    NEGATIVE,
    NO_REASON,
    NEGATIVE_VALUE,
    DAY_PAST,
    ORDER,
    THREAD,
    FINDINGS
};

static const struct {
    const char *text;
    const char *mend;
} findings[FINDINGS] = {
    [SYSTEM_CALL] = {N_("it makes a system call"), N_("a rule looks at its state and the case, and at nothing else")},
    [LOOPS] = {N_("it does not come back"), N_("a rule comes to its end for every case")},
    [WRITES_STATE] = {N_("it writes into its state, its settings or a thread-local variable"),
                      N_("a rule keeps nothing: compute in start() what it needs")},
    [WRITES_DATA] = {N_("it writes into a global or static variable"), N_("a rule keeps nothing: use local variables")},
    [WRITES_CASE] = {N_("it writes into the case"), N_("the case is read only")},
    [CRASHES] =
        {N_("it crashes"),
         N_("it must answer every case: nobody in the household, no birth date, no history, columns left empty")},
    [SIZE] = {N_("it overwrites the answer's size"), N_("set single members; never assign the whole struct")},
    [NO_END] = {N_("its reason or period's name has no end"), N_("write them with alm_no() and snprintf()")},
    [NEGATIVE] = {N_("it answers less than nothing"), N_("0 is no")},
    [NO_REASON] = {N_("it says no without a reason"), N_("say no with alm_no(e, \"why\")")},
    [NEGATIVE_VALUE] = {N_("it gives a negative value"), N_("leave has_value unset where no value is known")},
    [DAY_PAST] = {N_("it says no, and from when on: a day past"),
                  N_("`next` is a later day, or ALM_NO_DATE: set that first of all")},
    [ORDER] = {N_("it answers the same case in another way when asked in another order"),
               N_("the answer may depend on the state and the case alone")},
    [THREAD] = {N_("it answers the same case in another way on another thread"),
                N_("the answer may depend on the state and the case alone")},
};

/* Ends the process: with the filter in force, nothing but that is left to do.  Called from the handler too: no memory
 * is taken here, so what is said was translated before. */
static _Noreturn void end_with(enum finding what)
{
    char described[200] = "";
    if (case_at_hand)
        conform_case_describe(case_at_hand, purity.format, described, sizeof described);
    sdk_fail(purity.answer, purity.mends[what], "%s%s%s", purity.texts[what], described[0] ? ": " : "", described);
    purity.answer->done = true;
    for (;;)
        syscall(SYS_exit_group, 0);
}

static void on_fault(int number, siginfo_t *info, void *context)
{
    const uintptr_t at = (uintptr_t)info->si_addr;
    enum kind kind = OTHER;
    (void)context;
    for (size_t i = 0; i < purity.n_locked && kind == OTHER; i++) /* the plug-in's data come first */
        if (at >= purity.locked[i].from && at < purity.locked[i].to)
            kind = purity.locked[i].kind;
    if (number == SIGSYS)
        end_with(SYSTEM_CALL);
    if (number == SIGALRM)
        end_with(LOOPS);
    end_with(kind == STATE ? WRITES_STATE : kind == DATA ? WRITES_DATA : kind == CASES ? WRITES_CASE : CRASHES);
}

static void catch_faults(void)
{
    static const int signals[] = {SIGSYS, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGALRM};
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER};
    for (size_t i = 0; i < COUNT_OF(signals); i++)
        sigaction(signals[i], &action, NULL);
}

/* ---- what is locked ---- */

static size_t writable_mappings(struct range *ranges, size_t max)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[512], mode[8];
    size_t n = 0;
    unsigned long from, to;
    while (maps && fgets(line, sizeof line, maps) && n < max)
        if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) == 3 && mode[1] == 'w' && mode[3] == 'p')
            ranges[n++] = (struct range){from, to, STATE};
    if (maps)
        fclose(maps);
    return n;
}

static void lock_range(uintptr_t from, uintptr_t to, enum kind kind)
{
    if (from < to && purity.n_locked < RANGES_MOST)
        purity.locked[purity.n_locked++] = (struct range){from, to, kind};
}

/* The parts of `after` that are not in `before`. */
static void lock_new(const struct range *before, size_t n_before, struct range after)
{
    for (size_t i = 0; i < n_before && after.from < after.to; i++) {
        if (before[i].to <= after.from || before[i].from >= after.to)
            continue;
        lock_range(after.from, before[i].from < after.from ? after.from : before[i].from, STATE);
        after.from = before[i].to;
    }
    lock_range(after.from, after.to, STATE);
}

/* The plug-in's own writable segments. */
static int find_data(struct dl_phdr_info *info, size_t size, void *context)
{
    const char *path = context;
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    (void)size;
    if (!info->dlpi_name || strcmp(info->dlpi_name, path) != 0)
        return 0;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        uintptr_t from = info->dlpi_addr + segment->p_vaddr, to = from + segment->p_memsz;
        if (segment->p_type == PT_LOAD && (segment->p_flags & PF_W))
            lock_range(from / page * page, (to + page - 1) / page * page, DATA);
    }
    return 1;
}

/* ---- the core, in a thread of its own ---- */

struct opening {
    const struct conform *conform;
    struct host *host;
    struct host_programme *programme;
    struct alm_error err;
    enum alm_status status;
    atomic_bool done;
};

static void *open_core(void *context)
{
    struct opening *opening = context;
    opening->status = conform_start(opening->conform, NULL, &opening->host, &opening->programme, &opening->err);
    opening->done = true;
    for (;;) /* its stack and its memory must stay */
        pause();
    return NULL;
}

/* A stack that was there before, so that it is not taken for state. */
static bool thread_start(void *(*run)(void *), void *context)
{
    enum { STACK = 1 << 20 };
    pthread_attr_t attr;
    pthread_t thread;
    void *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack == MAP_FAILED || pthread_attr_init(&attr) != 0)
        return false;
    bool ok = pthread_attr_setstack(&attr, stack, STACK) == 0 && pthread_create(&thread, &attr, run, context) == 0;
    pthread_attr_destroy(&attr);
    return ok;
}

static bool open_and_lock(struct opening *opening)
{
    static struct range before[RANGES_MOST], after[RANGES_MOST];
    static const struct timespec wait = {.tv_nsec = 1000000};
    struct arena arena = {0};
    size_t n_before = writable_mappings(before, RANGES_MOST), n_after;

    if (!thread_start(open_core, opening))
        return false;
    while (!opening->done)
        nanosleep(&wait, NULL);
    if (opening->status != ALM_OK)
        return true;
    n_after = writable_mappings(after, RANGES_MOST);
    const char *path = arena_printf(&arena, "%s/%s.so", opening->conform->world.plugins, opening->conform->world.name);
    dl_iterate_phdr(find_data, (void *)(uintptr_t)path);
    arena_release(&arena);
    for (size_t i = 0; i < n_after && !SHARED_MEMORY; i++)
        lock_new(before, n_before, after[i]);
    return true;
}

/* ---- asking ---- */

static void ask(uint32_t number, struct alm_entitlement *answer)
{
    const struct alm_case *c = &purity.cases.cases[number];
    *answer = (struct alm_entitlement){.size = sizeof *answer};
    case_at_hand = c;
    purity.rule->entitle(purity.state, c, answer);
    case_at_hand = NULL;
}

static bool text_ends(const char *text, size_t size)
{
    return memchr(text, '\0', size) != NULL;
}

static bool same(const struct alm_entitlement *a, const struct alm_entitlement *b)
{
    return a->quantity == b->quantity && a->has_period == b->has_period && a->has_value == b->has_value &&
           (!a->has_period || a->period == b->period) && (!a->has_value || a->unit_value == b->unit_value) &&
           a->next == b->next && strcmp(a->reason, b->reason) == 0 && strcmp(a->period_name, b->period_name) == 0;
}

static void judge(uint32_t number, const struct alm_entitlement *e)
{
    case_at_hand = &purity.cases.cases[number];
    if (e->size != sizeof *e)
        end_with(SIZE);
    if (!text_ends(e->reason, sizeof e->reason) || !text_ends(e->period_name, sizeof e->period_name))
        end_with(NO_END);
    if (e->quantity < 0)
        end_with(NEGATIVE);
    if (e->quantity == 0 && !e->reason[0])
        end_with(NO_REASON);
    if (e->has_value && e->unit_value < 0)
        end_with(NEGATIVE_VALUE);
    if (e->quantity == 0 && e->next != ALM_NO_DATE && e->next <= case_at_hand->date)
        end_with(DAY_PAST);
    case_at_hand = NULL;
}

static void shuffle(uint32_t *order, uint64_t seed)
{
    for (uint32_t i = 0; i < CONFORM_CASES; i++)
        order[i] = i;
    for (uint32_t i = CONFORM_CASES - 1; i > 0; i--) {
        uint32_t k = (uint32_t)conform_random(&seed, i + 1), kept = order[i];
        order[i] = order[k];
        order[k] = kept;
    }
}

/* Let this thread's allocator take memory now: it cannot later, nor may it grow into what is locked. */
static void warm_up(size_t size)
{
    void *volatile memory = malloc(size);
    free(memory);
}

/* The second thread goes through the cases backwards, in the same moment. */
static void *ask_backwards(void *context)
{
    (void)context;
    warm_up(1 << 16);
    purity.ready = 1;
    while (!purity.go)
        continue; /* no system call from here on, so no waiting either */
    for (uint32_t i = CONFORM_CASES; i-- > 0;)
        ask(purity.order[i], &purity.answers[2][purity.order[i]]);
    purity.finished = 1;
    for (;;)
        continue;
    return NULL;
}

static void compare(const struct alm_entitlement *with, enum finding what)
{
    for (uint32_t i = 0; i < CONFORM_CASES; i++) {
        case_at_hand = &purity.cases.cases[i];
        if (!same(&purity.answers[0][i], &with[i]))
            end_with(what);
    }
    case_at_hand = NULL;
}

static _Noreturn void ask_all(void)
{
    for (uint32_t i = 0; i < CONFORM_CASES; i++) {
        ask(i, &purity.answers[0][i]);
        judge(i, &purity.answers[0][i]);
    }
    purity.go = 1;
    for (uint32_t i = 0; i < CONFORM_CASES; i++)
        ask(purity.order[i], &purity.answers[1][purity.order[i]]);
    while (!purity.finished)
        continue;
    compare(purity.answers[1], ORDER);
    compare(purity.answers[2], THREAD);
    purity.answer->done = true;
    for (;;)
        syscall(SYS_exit_group, 0);
}

/* From here on only the end of the process passes; all else is SIGSYS. */
static bool close_the_kernel(void)
{
#ifdef MACHINE
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 0, 2),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {.len = COUNT_OF(filter), .filter = filter};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0;
#else
    return true;
#endif
}

static void *map(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

void conform_rule(const struct conform *conform, struct sdk_answer *answer)
{
    static struct opening opening;
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    bool ok;

    opening.conform = conform;
    purity.answer = answer;
    purity.order = map(CONFORM_CASES * sizeof *purity.order);
    for (size_t i = 0; i < PASSES; i++)
        purity.answers[i] = map(CONFORM_CASES * sizeof **purity.answers);
    ok = purity.order && purity.answers[0] && purity.answers[1] && purity.answers[2];
    mallopt(M_TRIM_THRESHOLD, 1 << 28);
    mallopt(M_TOP_PAD, 1 << 20);
    mallopt(M_MMAP_THRESHOLD, 1 << 25);
    warm_up(1 << 20);
    for (size_t i = 0; i < FINDINGS; i++) {
        purity.texts[i] = _(findings[i].text);
        purity.mends[i] = _(findings[i].mend);
    }
    sdk_doing(answer, _("while it started"));
    if (!ok || !open_and_lock(&opening)) {
        sdk_fail(answer, NULL, _("no memory or thread for the check"));
        return;
    }
    if (opening.status != ALM_OK) {
        sdk_fail_with(answer, &opening.err);
        return;
    }
    purity.rule = opening.programme->plugin->programme;
    purity.state = opening.programme->state;
    purity.format = conform_case_format(purity.rule->recipient);
    if (conform_cases_make(&purity.cases, purity.rule, &opening.err) != ALM_OK) {
        sdk_fail_with(answer, &opening.err);
        return;
    }
    lock_range((uintptr_t)purity.cases.memory, (uintptr_t)purity.cases.memory + purity.cases.size / page * page, CASES);
    shuffle(purity.order, 1401);
    sdk_doing(answer, _("while the rule answered"));
    if (!thread_start(ask_backwards, NULL)) {
        sdk_fail(answer, NULL, _("no memory or thread for the check"));
        return;
    }
    while (!purity.ready)
        continue;
    catch_faults();
    for (size_t i = 0; i < purity.n_locked; i++)
        mprotect((void *)purity.locked[i].from, purity.locked[i].to - purity.locked[i].from, PROT_READ);
    alarm(SECONDS);
    if (!close_the_kernel()) {
        sdk_fail(answer, _("run it on a kernel with seccomp filters"), _("system calls cannot be barred: %s"),
                 strerror(errno));
        return;
    }
    ask_all();
}
