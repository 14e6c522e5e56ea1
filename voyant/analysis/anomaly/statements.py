def comparisons(result, table):
    return []
