# What is the child holding?
def execute_command(image):
    children = find(image, "child")
    if not children:
        return simple_query(image, "What is the child holding?")
    return simple_query(children[0], "What is the child holding?")
