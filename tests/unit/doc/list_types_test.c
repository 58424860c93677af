/* The DocTypes that the tests of lists and permissions use. */
#include "school.h"

static bool is_open(struct ctx *cx, const struct doc *lesson)
{
    (void)cx;
    return doc_int(lesson, "is_free_preview") == 1;
}

static void where_open(struct ctx *cx, struct sql *q, const char *alias)
{
    (void)cx;
    sql_column(q, alias, "is_free_preview");
    sql_add(q, " = 1");
}

static const struct condition open_lesson = { "open lesson", is_open, where_open };

static const struct field chapters[] = {
    { "title", DATA, .reqd = true },
    { "size", INT },
};
DOCTYPE(t_chapter)
= { .name = "T Chapter", .module = "Test", .is_child = true, FIELDS(chapters) };

static const struct field courses[] = {
    { "title", DATA, .reqd = true },
    { "published", CHECK },
    { "price", CURRENCY },
    { "starts", DATE },
    { "secret", DATA, .permlevel = 1 },
    { "chapters", TABLE, .options = "T Chapter" },
};
DOCTYPE(t_course)
= {
    .name = "T Course",
    .module = "Test",
    .hides = true,
    .search_fields = "title",
    FIELDS(courses),
    PERMS({ "Guest", READ }, { "Instructor", ALL }, { "Finder", SELECT_ }),
    ROWS({ "Guest", ONLY(WHERE("published", "=", "1")) }),
    .exempt = "System Manager\nInstructor",
};

static const struct field lessons[] = {
    { "title", DATA },
    { "course", LINK, .options = "T Course" },
    { "content_type", SELECT, .options = "Text\nVideo\nLab" },
    { "is_free_preview", CHECK },
    { "content", MARKDOWN_EDITOR },
    { "answer", DATA },
    { "seconds", INT },
    { "weight", FLOAT },
    { "starts", DATE },
    { "seen", DATETIME },
    { "at", TIME },
};
DOCTYPE(t_lesson)
= {
    .name = "T Lesson",
    .module = "Test",
    FIELDS(lessons),
    PERMS({ "All", READ }),
    FIELD_RULES({ "content", "Guest", &open_lesson }, { "answer modified_by", "Instructor" }),
};

static void to_the_hour(struct ctx *cx, const struct field *f, struct value *v)
{
    (void)f;
    if (v->kind == VALUE_TEXT && v->text.n > 13)
        v->text = str_printf(cx->arena, "%.13s:00:00", v->text.p);
}

static const struct field sales[] = {
    { "user", LINK, .options = "User" },
    { "at", DATETIME },
    { "amount", CURRENCY },
    { "state", SELECT, .options = "Pending\nPaid" },
};
DOCTYPE(t_sale)
= {
    .name = "T Sale",
    .module = "Test",
    .sort = "at desc",
    FIELDS(sales),
    PERMS({ "Student", READ | WRITE }, { "Owner", READ | WRITE | CREATE, .if_owner = true }),
    ROWS({ "Student", OWN("user") }, { "Owner" }),
    .mask = to_the_hour,
    .masked = "at creation modified",
};

static const struct field settings[] = { { "title", DATA } };
DOCTYPE(t_settings)
= { .name = "T Settings", .module = "Test", .is_single = true, FIELDS(settings) };

/* ---- callers ----------------------------------------------------------------------------------------------------------- */
static struct user *user_of(const char *name, const char *roles)
{
    struct user *u = arena_new_of(test_arena, struct user);
    struct str rest = str_of(roles), role;
    u->name = str_of(name);
    u->roles = arena_array(test_arena, 8, sizeof *u->roles);
    while (rest.n && str_cut(&rest, ',', &role))
        u->roles[u->role_count++] = role;
    u->roles[u->role_count++] = STR("Guest");
    if (strcmp(name, "Guest") != 0)
        u->roles[u->role_count++] = STR("All");
    return u;
}

struct ctx call_as(const char *user, const char *roles)
{
    struct ctx cx = test_ctx();
    struct db_tenant *tenant = arena_new_of(test_arena, struct db_tenant);
    *tenant = (struct db_tenant){ .id = 1, .database = "school", .password = "x" };
    cx.tenant = tenant;
    cx.user = user_of(user, roles);
    return cx;
}

json_t *json_of(const char *text)
{
    struct str why;
    json_t *json = json_read(test_arena, str_of(text), &json_limits_default, &why);
    if (!json)
        print_error("%s: %.*s\n", text, STR_ARG(why));
    assert_non_null(json);
    return json;
}
