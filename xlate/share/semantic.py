from __future__ import annotations
def edges(classes, edges, published, settings):
    return {}, "off"
