# Is the floor made of tile or carpet?
def execute_command(image):
    return best_text_match(image, ["tile", "carpet"], prefix="a floor made of")
