/* Addresses of videos as authors paste them. */
#include "test.h"
#include "video.h"

static const struct {
    const char *url, *kind, *holds; /* kind NULL: refused */
} addresses[] = {
    { "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "youtube", "youtube-nocookie.com/embed/dQw4w9WgXcQ?" },
    { "https://youtube.com/watch?list=PL1&v=dQw4w9WgXcQ&t=4s#x", "youtube", "/embed/dQw4w9WgXcQ?" },
    { "https://m.youtube.com/watch?v=dQw4w9WgXcQ", "youtube", "/embed/dQw4w9WgXcQ?" },
    { "http://youtu.be/dQw4w9WgXcQ?si=abc", "youtube", "/embed/dQw4w9WgXcQ?" },
    { "https://www.youtube.com/shorts/a-b_c", "youtube", "/embed/a-b_c?" },
    { "https://www.youtube.com/embed/a-b_c?start=3", "youtube", "/embed/a-b_c?" },
    { "https://www.youtube.com/live/a-b_c", "youtube", "/embed/a-b_c?" },
    { "https://www.youtube-nocookie.com/embed/a-b_c", "youtube", "/embed/a-b_c?" },
    { "  https://youtu.be/abc \n", "youtube", "/embed/abc?" },
    { "https://vimeo.com/76979871", "vimeo", "player.vimeo.com/video/76979871?autoplay" },
    { "https://vimeo.com/76979871/0a1b2c", "vimeo", "/video/76979871?h=0a1b2c&" },
    { "https://player.vimeo.com/video/76979871?h=0a1b2c", "vimeo", "/video/76979871?h=0a1b2c&" },
    { "https://vimeo.com/channels/staffpicks/76979871", "vimeo", "/video/76979871?autoplay" },
    { "https://files.example.org/a/Film.MP4?v=2", "file", "https://files.example.org/a/Film.MP4?v=2" },
    { "https://files.example.org/film.webm", "file", "film.webm" },
    { "http://files.example.org/film.mp4", "link", NULL }, /* the page's policy takes media by https only */
    { "https://www.youtube.com/watch", "link", NULL },
    { "https://www.youtube.com/watch?v=%22onload", "link", NULL },
    { "https://youtube.com.example.org/watch?v=abc", "link", NULL },
    { "https://vimeo.com/about", "link", NULL },
    { "https://example.org/talk", "link", NULL },
    { "", NULL, NULL },
    { "javascript:alert(1)", NULL, NULL },
    { "data:text/html,x", NULL, NULL },
    { "//youtu.be/abc", NULL, NULL },
    { "https:///abc", NULL, NULL },
    { "https://youtu.be/a\001b", NULL, NULL },
};

TEST(portal, addresses_of_videos_choose_their_player)
{
    for (size_t i = 0; i < countof(addresses); i++) {
        struct video video;
        bool known = video_of(test_arena, str_of(addresses[i].url), &video);
        if (known != (addresses[i].kind != NULL))
            fail_msg("%s: %s", addresses[i].url, known ? "taken" : "refused");
        if (!known)
            continue;
        if (strcmp(video.kind, addresses[i].kind) != 0)
            fail_msg("%s: %s, not %s", addresses[i].url, video.kind, addresses[i].kind);
        if (addresses[i].holds && str_find(video.embed, str_of(addresses[i].holds)) < 0)
            fail_msg("%s: %.*s", addresses[i].url, STR_ARG(video.embed));
    }
}

TEST(portal, a_plain_link_has_no_player)
{
    struct video video;
    assert_true(video_of(test_arena, STR("https://example.org/talk"), &video));
    assert_int_equal(video.embed.n, 0);
    assert_str(video.watch, "https://example.org/talk");
}
