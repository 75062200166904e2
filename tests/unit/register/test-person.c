/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#define HEADER                                                                                                         \
    "household,relation,national_id,given_name,family_name,father_name,birth_date,sex,mobile,area,address,base,"       \
    "school_grade,criteria,foreign_id\n"

/* Valid national IDs: 0012345679, 0499370899, 0790419904, 0084575948, 4060000002. */
static const char two_households[] =
    HEADER "H-1,head,0499370899,محمدرضا,کریمی,علی,1360/05/12,m,09161234567,KH-1,خیابان یک,B1,,,\n"
           "H-1,spouse,0790419904,زهرا,حسنی,,1365/01/01,f,,KH-1,,,,pregnant;disabled,\n"
           "H-1,child,,نرگس,کریمی,محمدرضا,1390/07/01,f,,,,,4,,\n"
           "H-2,head,84575948,مهدی,رضایی,حسن,1350-03-01,m,+989161112233,KH-2,,B2,,,\n";

static alm_id person_of(struct fixture *f, const char *text)
{
    struct alm_error err = {0};
    alm_id id;
    OK(register_find(f->store, ALM_NOUN_PERSON, text, &id, &err));
    return id;
}

static alm_id household_of(struct fixture *f, const char *code)
{
    struct alm_error err = {0};
    alm_id id;
    OK(register_find(f->store, ALM_NOUN_HOUSEHOLD, code, &id, &err));
    return id;
}

static void test_import_and_again(void **state)
{
    struct fixture *f = *state;
    import_text(f, LIST_PERSON, two_households, 4, 0, 0, 0);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM household"), 2);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person"), 4);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person_mark"), 3);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person_name"), 8);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person_mobile"), 2);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM home"), 4);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person WHERE since IS NULL"), 4);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person WHERE criteria = 'disabled pregnant'"), 1);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person WHERE national_id = '0084575948'"), 1);
    int64_t entries = number(f, "SELECT COUNT(*) FROM journal");
    import_text(f, LIST_PERSON, two_households, 0, 0, 4, 0);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM journal"), entries);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person"), 4);
    assert_int_equal(f->gate_calls, 0);
}

static void test_changes(void **state)
{
    struct fixture *f = *state;
    import_text(f, LIST_PERSON, two_households, 4, 0, 0, 0);
    /* An empty cell and a missing column erase nothing; a new name is found, the old one no more. */
    import_text(f, LIST_PERSON,
                "household,national_id,given_name,family_name,mobile,area\n"
                "h1,۰۴۹۹۳۷۰۸۹۹,محمدرضا,کرمی,,\n"
                "H1,0790419904,,,۰۹۱۶۹۹۹۸۸۷۷,\n"
                "H1,,نرگس,كريمي,,\n"
                "H2,0084575948,مهدی,رضایی,,KH-1\n",
                0, 4, 0, 0);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person WHERE father_name = 'علی' AND family_name = 'کرمی' "
                               "AND mobile = '+989161234567'"),
                     1);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person_name WHERE name = 'محمدرضا|کریمی'"), 0);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person_name WHERE name = 'کرمی|محمدرضا'"), 1);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person_name"), 8);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM household h JOIN area a ON a.id = h.area WHERE a.code = 'KH-1'"),
                     2);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM household WHERE address IS NOT NULL"), 1);
    /* A birth date that changes may touch what was counted. */
    assert_int_equal(f->gate_calls, 0);
    import_text(f, LIST_PERSON, "household,national_id,birth_date\nH1,0499370899,1361/01/01\n", 0, 1, 0, 0);
    assert_int_equal(f->gate_calls, 1);
    assert_int_equal(f->gate_last[0], household_of(f, "H-1"));
}

static void test_duplicates_in_a_file(void **state)
{
    struct fixture *f = *state;
    import_text(f, LIST_PERSON,
                "household,national_id,given_name,family_name,mobile\n"
                "H1,0499370899,علی,الف,\n"
                "H1,0499370899,علی,الف,\n"
                "H1,0499370899,علی,الف,09161234567\n"
                "H2,0499370899,علی,الف,\n"
                "H3,,رضا,ب,\n"
                "H3,,رضا,ب,\n"
                "H3,0790419904,رضا,ب,\n",
                2, 2, 2, 1);
    assert_rejects(f, "line,column,reason,household,national_id,given_name,family_name,mobile\n"
                      "5,household,this file has the same person in household H1 already,H2,0499370899,علی,الف,\n");
    /* The household of a row that was rejected is not made. */
    assert_int_equal(number(f, "SELECT COUNT(*) FROM household"), 2);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person_mark WHERE mark = '0790419904'"), 1);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person WHERE mobile = '+989161234567'"), 1);
}

static void test_later_members(void **state)
{
    struct fixture *f = *state;
    struct register_members members = {0};
    struct alm_error err = {0};
    import_text(f, LIST_PERSON, two_households, 4, 0, 0, 0);
    /* On the day of the household they belong to it from the start; later, from that day, or from the day that is
     * given. */
    import_text(f, LIST_PERSON, "household,given_name,family_name\nH1,سارا,کریمی\n", 1, 0, 0, 0);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person WHERE since IS NULL"), 5);
    assert_int_equal(f->gate_calls, 1);
    f->today += 30;
    import_text(f, LIST_PERSON,
                "household,given_name,family_name,member_since\nH1,مینا,کریمی,\nH1,مریم,کریمی,2020-12-20\nH1,پری,کریمی,"
                "2030-01-01\n",
                2, 0, 0, 1);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person WHERE since IS NOT NULL"), 2);
    alm_id id = household_of(f, "H1");
    OK(register_members_read(f->store, &members, &id, 1, &err));
    const struct register_household *household = register_members_find(&members, id);
    assert_non_null(household);
    size_t on[3] = {0};
    const alm_date days[3] = {TODAY, date_from_iso(2020, 12, 20), f->today};
    for (size_t i = 0; i < household->n; i++)
        for (size_t d = 0; d < 3; d++)
            on[d] += register_member_on(&members.members[household->first + i], days[d]);
    assert_int_equal(on[0], 4);
    assert_int_equal(on[1], 5);
    assert_int_equal(on[2], 6);
    register_members_release(&members);
}

static void test_faults(void **state)
{
    struct fixture *f = *state;
    import_text(f, LIST_PERSON,
                "household,relation,national_id,given_name,birth_date,sex,mobile,area,school_grade,foreign_id\n"
                "H1,head,12345678901,a,,,,,,\n"
                "H1,head,1234567890,a,,,,,,\n"
                ",head,,a,,,,,,\n"
                "H1,uncle,,a,,,,,,\n"
                "H1,head,,a,1400/12/30,,,,,\n"
                "H1,head,,a,2035-01-01,,,,,\n"
                "H1,head,,a,1240/01/01,,,,,\n"
                "H1,head,,a,,x,,,,\n"
                "H1,head,,a,,,12,,,\n"
                "H1,head,,a,,,,XX,,\n"
                "H1,head,,a,,,,,13,\n"
                "H1,head,,,,,,,,\n"
                "H1,head,,a,,,,,,---\n"
                "H1,head,,a\n"
                "H9,سرپرست,,ا,۱۳۶۰/۱/۱,زن,۰۹۱۶۱۲۳۴۵۶۷,خرم آباد,۳,ب ۱۲\n",
                1, 0, 0, 14);
    assert_rejects(
        f,
        "line,column,reason,household,relation,national_id,given_name,birth_date,sex,mobile,area,school_grade,foreign_"
        "id\n"
        "2,national_id,\"not a national ID: it has 11 digits, not 10\",H1,head,12345678901,a,,,,,,\n"
        "3,national_id,not a national ID: its last digit does not fit the others; compare it with the card: a digit is "
        "wrong or "
        "two are swapped,H1,head,1234567890,a,,,,,,\n"
        "4,household,empty; every person belongs to a household,,head,,a,,,,,,\n"
        "5,relation,\"not a relation: head, spouse, child, parent or other\",H1,uncle,,a,,,,,,\n"
        "6,birth_date,30 Esfand 1400: 1400 is not a leap year,H1,head,,a,1400/12/30,,,,,\n"
        "7,birth_date,lies in the future,H1,head,,a,2035-01-01,,,,,\n"
        "8,birth_date,lies before 1250 (1871),H1,head,,a,1240/01/01,,,,,\n"
        "9,sex,not a sex: f or m,H1,head,,a,,x,,,,\n"
        "10,mobile,not a mobile number: those begin with 09; write 09xxxxxxxxx or +98 9xx xxx xxxx,H1,head,,a,,,12,,,\n"
        "11,area,there is no area XX; almoner area list shows them,H1,head,,a,,,,XX,,\n"
        "12,school_grade,not a school grade: 0 (before school) to 12,H1,head,,a,,,,,13,\n"
        "13,given_name,\"empty; a name, a national ID or a foreign ID is needed\",H1,head,,,,,,,,\n"
        "14,foreign_id,has no letter or digit,H1,head,,a,,,,,,---\n"
        "15,,\"has 4 fields, the header has 10\",H1,head,,a,,,,,,\n");
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person WHERE sex = 'f' AND school_grade = 3 AND relation = 1"), 1);
    /* Found again by the foreign ID, however it is written. */
    import_text(f, LIST_PERSON, "household,foreign_id\nH9,ب-12\n", 0, 1, 0, 0);
}

static void test_areas_of_one_file(void **state)
{
    struct fixture *f = *state;
    static const char text[] = "household,given_name,family_name,area,address\n"
                               "H1,الف,ب,,یک\nH1,پ,ب,KH-1,دو\nH1,ت,ب,KH-2,\nH1,ث,ب,KH-1,\n";
    static const char rejects[] = "line,column,reason,household,given_name,family_name,area,address\n"
                                  "4,area,an earlier row of this file has household H1 in area KH-1,H1,ت,ب,KH-2,\n";
    import_text(f, LIST_PERSON, text, 3, 0, 0, 1);
    assert_rejects(f, rejects);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM household WHERE address = 'یک'"), 1);
    /* The same with a chunk for each row. */
    f->chunk = 1;
    import_text(f, LIST_PERSON, text, 0, 0, 3, 1);
    assert_rejects(f, rejects);
    import_text(f, LIST_PERSON, "household,given_name,family_name,area\nH7,a,b,KH-1\nH7,c,b,KH-1\n", 2, 0, 0, 0);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person WHERE since IS NULL"), 5);
}

static void test_moves(void **state)
{
    struct fixture *f = *state;
    struct alm_error err = {0};
    import_text(f, LIST_PERSON, two_households, 4, 0, 0, 0);
    alm_id person = person_of(f, "0790419904"), h1 = household_of(f, "H1"), h2 = household_of(f, "H2");
    f->today += 10;
    static const char moving[] = "household,national_id,member_since\nH2,0790419904,2020-12-10\n";
    import_text(f, LIST_PERSON, moving, 0, 0, 0, 1);
    char expected[400];
    snprintf(expected, sizeof expected,
             "line,column,reason,household,national_id,member_since\n"
             "2,household,already registered in household H-1; to move them: almoner person edit %lld --household H-2,"
             "H2,0790419904,2020-12-10\n",
             (long long)person);
    assert_rejects(f, expected);
    f->move = true;
    import_text(f, LIST_PERSON, moving, 0, 1, 0, 0);
    assert_int_equal(f->gate_calls, 1);
    assert_int_equal(f->gate_n, 2);
    import_text(f, LIST_PERSON, moving, 0, 0, 1, 0);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM membership"), 1);

    alm_id both[2] = {h1 < h2 ? h1 : h2, h1 < h2 ? h2 : h1}, ids[8];
    struct register_members members = {0};
    size_t n;
    OK(register_members_read(f->store, &members, both, 2, &err));
    const struct register_household *old = register_members_find(&members, h1),
                                    *now = register_members_find(&members, h2);
    assert_int_equal(old->n, 3);
    assert_int_equal(now->n, 2);
    size_t before = 0, after = 0;
    for (size_t i = 0; i < old->n; i++) {
        before += register_member_on(&members.members[old->first + i], date_from_iso(2020, 12, 9));
        after += register_member_on(&members.members[old->first + i], date_from_iso(2020, 12, 10));
    }
    assert_int_equal(before, 3);
    assert_int_equal(after, 2);
    assert_string_equal(members.members[now->first + 1].member.criteria, "disabled pregnant");
    register_members_release(&members);
    OK(register_households_of(f->store, person, ids, 8, &n, &err));
    assert_int_equal(n, 2);
    assert_int_equal(ids[0], h1);
    assert_int_equal(ids[1], h2);

    struct arena arena = {0};
    struct register_person read;
    OK(register_person_read(f->store, person, date_from_iso(2020, 12, 9), &read, &arena, &err));
    assert_string_equal(read.household_code, "H-1");
    OK(register_person_read(f->store, person, f->today, &read, &arena, &err));
    assert_string_equal(read.household_code, "H-2");
    assert_int_equal(read.owner, h1);
    arena_release(&arena);

    /* Back home, and there and back on one day. */
    OK(store_begin(f->store, true, &err));
    FAILS(ALM_BAD_DATA, register_person_move(f->store, NULL, person, h2, f->today, &err));
    FAILS(ALM_BAD_DATA, register_person_move(f->store, NULL, person, h1, date_from_iso(2020, 12, 1), &err));
    OK(register_person_move(f->store, NULL, person, h1, f->today, &err));
    OK(register_person_move(f->store, NULL, person, h2, f->today, &err));
    OK(register_person_move(f->store, NULL, person, h1, f->today, &err));
    OK(store_commit(f->store, &err));
    assert_int_equal(number(f, "SELECT COUNT(*) FROM membership WHERE until IS NULL"), 1);
    f->move = false;
    import_text(f, LIST_PERSON, "household,national_id,given_name\nH1,0790419904,زهره\n", 0, 1, 0, 0);
    /* Without a mark they are found in the household where they live. */
    import_text(f, LIST_PERSON, "household,given_name,family_name\nH1,زهره,حسنی\n", 0, 0, 1, 0);
}

static void test_put(void **state)
{
    struct fixture *f = *state;
    struct alm_error err = {0};
    const struct register_gate gate = {.members_changed = fixture_gate, .context = f};
    struct alm_text values[16] = {{0}};
    alm_id id = 0, same;
    import_text(f, LIST_PERSON, two_households, 4, 0, 0, 0);
    alm_id person = person_of(f, "0499370899");
    OK(store_begin(f->store, true, &err));
    values[0] = text_of("H9");
    values[2] = text_of("0012345679");
    values[3] = text_of("ب");
    OK(register_put(LIST_PERSON, f->store, f->directory, &gate, TODAY, values, false, &id, &err));
    FAILS(ALM_BAD_DATA, register_put(LIST_PERSON, f->store, f->directory, &gate, TODAY, values, false, &same, &err));
    /* An edit: what is not given stays, what is empty goes; the mark of another is refused. */
    struct alm_text edit[16] = {{0}};
    edit[8] = text_of("");
    edit[2] = text_of("0012345679");
    same = person;
    FAILS(ALM_BAD_DATA, register_put(LIST_PERSON, f->store, f->directory, &gate, TODAY, edit, true, &same, &err));
    assert_string_equal(err.text, "national_id: another person is registered with it");
    edit[2] = (struct alm_text){NULL, 0};
    OK(register_put(LIST_PERSON, f->store, f->directory, &gate, TODAY, edit, true, &same, &err));
    assert_int_equal(same, person);
    edit[0] = text_of("H2");
    OK(register_put(LIST_PERSON, f->store, f->directory, &gate, TODAY, edit, true, &same, &err));
    edit[0] = text_of("H77");
    FAILS(ALM_BAD_DATA, register_put(LIST_PERSON, f->store, f->directory, &gate, TODAY, edit, true, &same, &err));
    same = 4711;
    edit[0] = (struct alm_text){NULL, 0};
    FAILS(ALM_BAD_DATA, register_put(LIST_PERSON, f->store, f->directory, &gate, TODAY, edit, true, &same, &err));
    OK(store_commit(f->store, &err));
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person WHERE mobile IS NULL AND given_name = 'محمدرضا'"), 1);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person_mobile"), 1);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM membership"), 1);
}

static size_t count_found(struct fixture *f, const char *text)
{
    struct alm_error err = {0};
    alm_id ids[10];
    size_t n;
    OK(register_person_find(f->store, text, ids, 10, &n, &err));
    return n;
}

/* سید and سیده are no part of a given name: with and without find each other, in lists and when somebody looks. */
static void test_titles(void **state)
{
    struct fixture *f = *state;
    import_text(f, LIST_PERSON,
                "household,given_name,family_name,father_name\n"
                "H1,سيد علی,موسوی,سیدرضا\n"
                "H1,سیده‌فاطمه,موسوی,\n"
                "H1,سیده,موسوی,\n"
                "H2,هاشم,سیدزاده,\n",
                4, 0, 0, 0);
    static const struct {
        const char *text;
        size_t n;
    } texts[] = {{"علی موسوی", 1},        {"سید علی موسوی", 1},
                 {"سیدعلی موسوی", 1},     {"موسوی سید‌علی", 1},
                 {"سيّد علي موسوي", 1},    {"فاطمه موسوی", 1},
                 {"سیده فاطمه", 1},       {"سیده‌فاطمه موسوی", 1},
                 {"سیده موسوی", 3},       {"هاشم سیدزاده", 1},
                 {"سیدزاده", 1},          {"سیدهاشم سیدزاده", 1},
                 {"سید هاشم سیدزاده", 1}, {"سید", 2}};
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (count_found(f, texts[i].text) != texts[i].n)
            fail_msg("%s finds %zu", texts[i].text, count_found(f, texts[i].text));
    /* The same persons, as another list writes them; somebody else by the father's name. */
    import_text(f, LIST_PERSON,
                "household,given_name,family_name,father_name\n"
                "H1,علی,موسوی,سید رضا\n"
                "H1,فاطمه,موسوی,\n"
                "H1,علی,موسوی,سیدکریم\n"
                "H2,سید هاشم,سیدزاده,\n",
                1, 3, 0, 0);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person"), 5);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person_name"), 10);
}

static void test_find(void **state)
{
    struct fixture *f = *state;
    struct alm_error err = {0};
    alm_id id;
    import_text(f, LIST_PERSON, two_households, 4, 0, 0, 0);
    static const char *const variants[] = {"محمدرضا کریمی",
                                           "محمد رضا کریمی",
                                           "محمد‌رضا کريمي",
                                           "محمّد‌رضا كريمى",
                                           "کریمی محمدرضا",
                                           "كریمی محمد رضا",
                                           "محمدر",
                                           "محمد رضا کر",
                                           "0499370899",
                                           "۰۴۹۹۳۷۰۸۹۹",
                                           "499370899",
                                           "09161234567",
                                           "۰۹۱۶ ۱۲۳ ۴۵۶۷",
                                           "+98 916 123 4567"};
    for (size_t i = 0; i < COUNT_OF(variants); i++)
        if (count_found(f, variants[i]) != 1)
            fail_msg("%s finds %zu", variants[i], count_found(f, variants[i]));
    assert_int_equal(count_found(f, "کریمی"), 2);
    assert_int_equal(count_found(f, "کریم"), 2);
    assert_int_equal(count_found(f, "نیست"), 0);
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)person_of(f, "0499370899"));
    assert_int_equal(count_found(f, text), 1);
    FAILS(ALM_BAD_DATA, register_find(f->store, ALM_NOUN_PERSON, "0012345679", &id, &err));
    FAILS(ALM_BAD_DATA, register_find(f->store, ALM_NOUN_HOUSEHOLD, "H-99", &id, &err));
    /* Signs between digits keep codes apart. */
    import_text(f, LIST_PERSON, "household,given_name\n1-23,a\n12-3,a\n12/3,b\n", 3, 0, 0, 0);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM household"), 4);
    assert_true(household_of(f, "1-23") != household_of(f, "۱۲–۳"));
}

static void test_erase(void **state)
{
    struct fixture *f = *state;
    struct alm_error err = {0};
    struct arena arena = {0};
    const struct register_gate gate = {.members_changed = fixture_gate, .context = f};
    struct register_person read;
    import_text(f, LIST_PERSON, two_households, 4, 0, 0, 0);
    alm_id person = person_of(f, "84575948");
    OK(store_begin(f->store, true, &err));
    OK(register_person_erase(f->store, &gate, person, TODAY, &err));
    FAILS(ALM_BAD_DATA, register_person_erase(f->store, &gate, person, TODAY, &err));
    OK(store_commit(f->store, &err));
    OK(register_person_read(f->store, person, TODAY, &read, &arena, &err));
    assert_null(read.given_name);
    assert_null(read.national_id);
    assert_null(read.mobile);
    assert_int_equal(read.erased, TODAY);
    assert_string_equal(read.sex, "m");
    assert_int_equal(read.birth_date, date_from_solar(1350, 1, 1));
    assert_string_equal(read.household_code, "H-2");
    assert_int_equal(f->gate_calls, 1);
    assert_int_equal(count_found(f, "مهدی"), 0);
    assert_int_equal(count_found(f, "0084575948"), 0);
    assert_int_equal(count_found(f, "09161112233"), 0);
    assert_int_equal(number(f, "SELECT COUNT(*) FROM person_mark"), 2);
    /* Registered anew, they are another person: nothing links them. */
    import_text(f, LIST_PERSON, "household,national_id,given_name,family_name\nH2,84575948,مهدی,رضایی\n", 1, 0, 0, 0);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_import_and_again),
        TEST(test_changes),
        TEST(test_duplicates_in_a_file),
        TEST(test_later_members),
        TEST(test_faults),
        TEST(test_moves),
        TEST(test_areas_of_one_file),
        TEST(test_put),
        TEST(test_find),
        TEST(test_titles),
        TEST(test_erase),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
