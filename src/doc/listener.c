/* Who is told of documents' events, whatever their DocType: the table doc_listeners. */
#include "doc_priv.h"

bool listeners_tell(struct ctx *cx, enum doc_event event, struct doc *doc)
{
    if (doc->type->is_child && !doc->type->addressable)
        return true;
    TABLE_EACH (doc_listeners, struct doc_listener, it)
        if (!(*it)->heard(cx, event, doc))
            return failed(cx) ? false : bug(cx, "a listener failed without a reason");
    return true;
}

bool listeners_tell_gone(struct ctx *cx, const struct doc_list *gone)
{
    for (size_t i = 0; i < gone->count; i++)
        if (!listeners_tell(cx, DOC_ON_TRASH, gone->docs[i]) || !listeners_tell(cx, DOC_ON_CHANGE, gone->docs[i]))
            return false;
    return true;
}
