/* SPDX-License-Identifier: MIT */
#include "fixture.h"

static void test_areas(void **state)
{
    struct fixture *f = *state;
    struct alm_error err = {0};
    const struct register_area *areas;
    size_t n;
    OK(register_areas(f->directory, &areas, &n, &err));
    assert_int_equal(n, 5);
    int32_t top = register_area_by_code(f->directory, text_of("ir-15"), &err);
    int32_t county = register_area_by_code(f->directory, text_of("خرم آباد"), &err);
    int32_t inside = register_area_by_code(f->directory, text_of("KH-۱"), &err);
    int32_t other = register_area_by_code(f->directory, text_of("borujerd"), &err);
    assert_int_equal(top, 0);
    assert_string_equal(areas[county].code, "KH");
    assert_int_equal(areas[inside].parent, county);
    assert_int_equal(areas[inside].county, county);
    assert_int_equal(areas[other].county, other);
    assert_int_equal(areas[top].county, -1);
    assert_int_equal(areas[inside].depth, 2);
    assert_true(register_area_within(f->directory, inside, top));
    assert_true(register_area_within(f->directory, inside, inside));
    assert_false(register_area_within(f->directory, inside, other));
    assert_false(register_area_within(f->directory, county, inside));
    assert_false(register_area_within(f->directory, -1, top));
    assert_int_equal(register_area_by_id(f->directory, areas[inside].id), inside);
    assert_int_equal(register_area_by_code(f->directory, text_of("KH-3"), &err), -1);
    assert_string_equal(err.hint, "did you mean KH-1?");
}

static void test_areas_in_any_order(void **state)
{
    struct fixture *f = *state;
    /* Children first; cycles, unknown parents and what hangs on them fall; the rest stands. */
    import_text(f, LIST_AREA,
                "code,parent,kind,name\n"
                "A3,A2,village,a\n"
                "A2,A1,district,b\n"
                "A1,IR15,county,c\n"
                "X1,X3,village,x\n"
                "X2,X1,village,x\n"
                "X3,X2,village,x\n"
                "X4,X1,village,x\n"
                "Y1,Y0,village,y\n"
                "Y2,Y1,village,y\n"
                "Z1,,,z\n"
                "Z2,Z1,village,z\n"
                "A3,A2,village,a\n",
                3, 0, 1, 8);
    /* An area that exists may not go below itself, and stays where it is. */
    import_text(f, LIST_AREA, "code,parent,kind,name\nA1,A3,county,c\nA3,A2,village,new\n", 0, 1, 0, 1);
    assert_rejects(f,
                   "line,column,reason,code,parent,kind,name\n2,parent,area A1 would lie in itself,A1,A3,county,c\n");
    int32_t a3 = register_area_by_code(f->directory, text_of("A3"), NULL);
    const struct register_area *areas;
    size_t n;
    struct alm_error err = {0};
    OK(register_areas(f->directory, &areas, &n, &err));
    assert_int_equal(n, 8);
    assert_int_equal(areas[a3].depth, 3);
    assert_string_equal(areas[a3].name, "new");
}

static void test_bodies_and_groups(void **state)
{
    struct fixture *f = *state;
    struct alm_error err = {0};
    import_text(f, LIST_BODY, "code,name,kind,contact\nRC,Relief committee,Foundation,066-1\nBM,Basij,,\n", 2, 0, 0, 0);
    static const char groups[] = "کد,نام,نهاد,محدوده,تخصص‌ها,ظرفیت,اعضا\n"
                                 "G1,یاران,RC,KH,Cooking; Field hospital،packing,۱۲۰,15\n"
                                 "G2,همدلان,BM,,cooking packing,,\n"
                                 "G3,x,ZZ,,,,\n"
                                 "G4,x,RC,,,-1,\n";
    import_text(f, LIST_GROUP, groups, 2, 0, 0, 2);
    import_text(f, LIST_GROUP, groups, 0, 0, 2, 2);
    assert_int_equal(
        number(f, "SELECT COUNT(*) FROM volunteer_group WHERE specialities = 'cooking field-hospital packing' "
                  "AND capacity = 120 AND members = 15"),
        1);
    const struct register_entry *group = register_by_code(f->directory, REGISTER_GROUP, text_of("g1"), &err);
    assert_non_null(group);
    assert_ptr_equal(register_by_id(f->directory, REGISTER_GROUP, group->id), group);
    assert_string_equal(register_by_id(f->directory, REGISTER_BODY, group->body)->code, "RC");
    assert_null(register_by_code(f->directory, REGISTER_BODY, text_of("RX"), &err));
    char name[64];
    alm_id id;
    OK(register_find(f->store, ALM_NOUN_GROUP, "g-1", &id, &err));
    assert_int_equal(id, group->id);
    OK(register_name(f->store, ALM_NOUN_GROUP, id, name, sizeof name, &err));
    assert_string_equal(name, "یاران");
    OK(register_find(f->store, ALM_NOUN_AREA, "خرم‌آباد", &id, &err));
    FAILS(ALM_BAD_DATA, register_find(f->store, ALM_NOUN_AREA, "تهران", &id, &err));
}

static void test_stages(void **state)
{
    struct fixture *f = *state;
    import_text(f, LIST_STAGE,
                "code,name,starts,ends\n"
                "S2,دوم,1399/04/01,1399/06/31\n"
                "S1,اول,1399/01/01,1399/03/31\n"
                "S3,سوم,1399/06/31,1399/09/30\n"
                "S4,چهارم,1399/12/01,1399/11/01\n",
                2, 0, 0, 2);
    assert_rejects(f, "line,column,reason,code,name,starts,ends\n"
                      "4,starts,stage S3 overlaps stage S2,S3,سوم,1399/06/31,1399/09/30\n"
                      "5,ends,lies before the stage starts,S4,چهارم,1399/12/01,1399/11/01\n");
    import_text(f, LIST_STAGE, "code,name,starts,ends\nS2,دوم,1399/03/31,1399/06/31\n", 0, 0, 0, 1);
    import_text(f, LIST_STAGE, "code,name,starts,ends\nS2,دوم,1399/04/02,1399/06/30\n", 0, 1, 0, 0);
    assert_string_equal(register_stage_of(f->directory, date_from_solar(1399, 3, 31))->code, "S1");
    assert_null(register_stage_of(f->directory, date_from_solar(1399, 4, 1)));
    assert_string_equal(register_stage_of(f->directory, date_from_solar(1399, 6, 30))->code, "S2");
}

static void test_places(void **state)
{
    struct fixture *f = *state;
    struct alm_error err = {0};
    static const char places[] =
        "code,kind,name,area,address,size\nP-1,Mosque,مسجد جامع,KH-1,,1200\nP-2,street,خیابان,BO,,\n";
    import_text(f, LIST_PLACE, places, 2, 0, 0, 0);
    import_text(f, LIST_PLACE, places, 0, 0, 2, 0);
    import_text(f, LIST_PLACE, "code,kind,name,size\np1,,,1300\n", 0, 1, 0, 0);
    const struct alm_text codes[3] = {text_of("P1"), text_of("nowhere"), text_of("p 2")};
    alm_id ids[3];
    OK(register_places(f->store, codes, 3, ids, &err));
    assert_true(ids[0] && !ids[1] && ids[2]);
    int64_t households, persons, count;
    OK(register_counts(f->store, &households, &persons, &count, &err));
    assert_int_equal(count, 2);
    assert_int_equal(persons, 0);
}

static void test_put(void **state)
{
    struct fixture *f = *state;
    struct alm_error err = {0};
    alm_id id;
    const struct alm_text body[4] = {text_of("RC"), text_of("Relief"), text_of("State"), text_of("066")};
    const struct alm_text edit[4] = {text_of("rc"), {NULL, 0}, {NULL, 0}, text_of("")};
    const struct alm_text nameless[4] = {text_of("rc"), text_of(""), {NULL, 0}, {NULL, 0}};
    OK(store_begin(f->store, true, &err));
    FAILS(ALM_BAD_DATA, register_put(LIST_BODY, f->store, f->directory, NULL, TODAY, edit, true, &id, &err));
    assert_string_equal(err.text, "code: there is no such body");
    OK(register_put(LIST_BODY, f->store, f->directory, NULL, TODAY, body, false, &id, &err));
    FAILS(ALM_BAD_DATA, register_put(LIST_BODY, f->store, f->directory, NULL, TODAY, body, false, &id, &err));
    OK(register_put(LIST_BODY, f->store, f->directory, NULL, TODAY, edit, true, &id, &err));
    FAILS(ALM_BAD_DATA, register_put(LIST_BODY, f->store, f->directory, NULL, TODAY, nameless, true, &id, &err));
    OK(store_commit(f->store, &err));
    assert_int_equal(number(f, "SELECT COUNT(*) FROM body WHERE code = 'RC' AND kind = 'state' AND contact IS NULL"),
                     1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_areas),
        TEST(test_areas_in_any_order),
        TEST(test_bodies_and_groups),
        TEST(test_stages),
        TEST(test_places),
        TEST(test_put),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
