# How many silver spoons are there?
def execute_command(image):
    spoons = find(image, "silver spoon")
    return str(len(spoons))
