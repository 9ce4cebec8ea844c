# Does this poster make fun of somebody?
def execute_command(image):
    words = read_text(image)
    scene = image_caption(image)
    return judgement("whether it makes fun of somebody", [f"words: {words}", f"picture: {scene}"])
