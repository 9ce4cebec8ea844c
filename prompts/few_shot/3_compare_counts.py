# Are there more cats than white mice?
def execute_command(image):
    cats = find(image, "cat")
    mice = find(image, "white mouse")
    if len(cats) > len(mice):
        return "yes"
    return "no"
