/* Kinds of files: what an extension promises, how its bytes begin, and whether a browser may show it. */
#include "core.h"

#define ZIP                                                                                                            \
    {                                                                                                                  \
        { 0, "PK\x03\x04" },                                                                                           \
        {                                                                                                              \
            0, "PK\x05\x06"                                                                                            \
        }                                                                                                              \
    }
#define OLE                                                                                                            \
    {                                                                                                                  \
        {                                                                                                              \
            0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"                                                                      \
        }                                                                                                              \
    }
#define MP4                                                                                                            \
    {                                                                                                                  \
        {                                                                                                              \
            4, "ftyp"                                                                                                  \
        }                                                                                                              \
    }

/* What runs in a browser (html, svg, xml) is never shown in place; text of any kind is text/plain. */
static const struct file_kind kinds[] = {
    { "png", "image/png", true, true, { { 0, "\x89PNG\r\n\x1a\n" } } },
    { "jpg", "image/jpeg", true, true, { { 0, "\xff\xd8\xff" } } },
    { "jpeg", "image/jpeg", true, true, { { 0, "\xff\xd8\xff" } } },
    { "gif", "image/gif", true, false, { { 0, "GIF87a" }, { 0, "GIF89a" } } },
    { "webp", "image/webp", true, false, { { 8, "WEBP" } } },
    { "avif", "image/avif", true, false, { { 4, "ftypavif" }, { 4, "ftypavis" }, { 4, "ftypmif1" } } },
    { "mp4", "video/mp4", true, true, MP4 },
    { "m4v", "video/mp4", true, false, MP4 },
    { "m4a", "audio/mp4", true, false, MP4 },
    { "mov",
      "video/quicktime",
      true,
      true,
      { { 4, "ftyp" }, { 4, "moov" }, { 4, "mdat" }, { 4, "wide" }, { 4, "free" } } },
    { "webm", "video/webm", true, false, { { 0, "\x1a\x45\xdf\xa3" } } },
    { "mp3", "audio/mpeg", true, false, { { 0, "ID3" }, { 0, "\xff\xfb" }, { 0, "\xff\xf3" }, { 0, "\xff\xf2" } } },
    { "ogg", "audio/ogg", true, false, { { 0, "OggS" } } },
    { "wav", "audio/wav", true, false, { { 8, "WAVE" } } },
    { "pdf", "application/pdf", false, true, { { 0, "%PDF-" } } },
    { "zip", "application/zip", false, false, ZIP },
    { "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", false, true, ZIP },
    { "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", false, true, ZIP },
    { "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation", false, false, ZIP },
    { "odt", "application/vnd.oasis.opendocument.text", false, true, ZIP },
    { "ods", "application/vnd.oasis.opendocument.spreadsheet", false, true, ZIP },
    { "doc", "application/msword", false, true, OLE },
    { "xls", "application/vnd.ms-excel", false, true, OLE },
    { "ppt", "application/vnd.ms-powerpoint", false, false, OLE },
    { "gz", "application/gzip", false, false, { { 0, "\x1f\x8b" } } },
    { "txt", "text/plain; charset=utf-8", false, true },
    { "csv", "text/csv; charset=utf-8", false, true },
    { "md", "text/plain; charset=utf-8", false, false },
    { "vtt", "text/vtt; charset=utf-8", true, false },
    { "json", "application/json", false, false },
    { "svg", "image/svg+xml", false, false },
};
static const struct file_kind anything = { "", "application/octet-stream", false, false };

const struct file_kind *file_kind_of(struct str name)
{
    size_t dot = name.n;
    while (dot && name.p[dot - 1] != '.')
        dot--;
    for (size_t i = 0; dot && i < countof(kinds); i++)
        if (str_eq_nocase(str_from(name, dot), str_of(kinds[i].extension)))
            return &kinds[i];
    return &anything;
}

bool file_kind_fits(const struct file_kind *kind, struct str bytes)
{
    const struct signature *s = kind->signatures;
    if (!s->bytes)
        return true;
    for (size_t i = 0; i < countof(kind->signatures) && s[i].bytes; i++)
        if (str_starts(str_from(bytes, s[i].at), str_of(s[i].bytes)))
            return true;
    return false;
}
