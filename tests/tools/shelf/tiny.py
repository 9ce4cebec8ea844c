"""Checkpoints of the shelf's architectures, tiny and random, written to disk as the real ones are."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

WORDS = ("a", "photo", "of", "cat", "dog", "red", "wet", "what", "is", "this", "?", "answer", ".", "the", "question", "using")
LETTERS = "abcdefghijklmnopqrstuvwxyz.?'"


def transformers() -> Any:
    """The library, untyped: its configurations take what their type hints do not say."""
    return import_module("transformers")


def clip_tokenizer(folder: Path) -> Any:
    """CLIP's own tokenizer class over single letters."""
    hf = transformers()

    symbols = [*LETTERS, *(f"{letter}</w>" for letter in LETTERS), "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({symbol: place for place, symbol in enumerate(symbols)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return hf.CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=16)


def bert_tokenizer(folder: Path) -> Any:
    """BERT's own tokenizer class over a few words."""
    hf = transformers()

    (folder / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]))
    return hf.BertTokenizer(str(folder / "vocab.txt"), model_max_length=32)


def word_tokenizer(**special: str) -> Any:
    """A tokenizer of whole words, for models that take any."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    hf = transformers()

    names = ["<pad>", "<s>", "</s>", "<unk>", *special.values(), *WORDS]
    tokenizer = Tokenizer(models.WordLevel({name: place for place, name in enumerate(dict.fromkeys(names))}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return hf.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        model_max_length=64,
        **special,
    )


TEXT = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
VISION = {**TEXT, "image_size": 32, "patch_size": 8}


def save(folder: Path, network: Any, processor: Any) -> Path:
    network.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def ends(tokenizer: Any) -> dict[str, Any]:
    """What a text configuration must know of its tokenizer."""
    return {
        "vocab_size": len(tokenizer),
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }


def clip(folder: Path) -> Path:
    hf = transformers()

    tokenizer = clip_tokenizer(folder)
    text = {**TEXT, **ends(tokenizer), "max_position_embeddings": 77}
    config = hf.CLIPConfig(
        text_config={**text, "projection_dim": 16}, vision_config={**VISION, "projection_dim": 16}, projection_dim=16
    )
    pictures = hf.CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})
    return save(folder, hf.CLIPModel(config), hf.CLIPProcessor(pictures, tokenizer))


def siglip(folder: Path) -> Path:
    hf = transformers()

    tokenizer = word_tokenizer()
    text = {**TEXT, **ends(tokenizer), "max_position_embeddings": 64, "projection_size": 16}
    pictures = hf.SiglipImageProcessor(size={"height": 32, "width": 32})
    return save(
        folder, hf.SiglipModel(hf.SiglipConfig(text_config=text, vision_config=VISION)), hf.SiglipProcessor(pictures, tokenizer)
    )


def owlv2(folder: Path) -> Path:
    hf = transformers()

    tokenizer = clip_tokenizer(folder)
    text = {**TEXT, **ends(tokenizer), "max_position_embeddings": 16}
    config = hf.Owlv2Config(text_config=text, vision_config=VISION, projection_dim=16)
    pictures = hf.Owlv2ImageProcessor(size={"height": 32, "width": 32})
    return save(folder, hf.Owlv2ForObjectDetection(config), hf.Owlv2Processor(pictures, tokenizer))


def swin() -> Any:
    hf = transformers()

    return hf.SwinConfig(
        image_size=32,
        embed_dim=8,
        depths=[1, 1],
        num_heads=[1, 1],
        window_size=2,
        patch_size=4,
        out_features=["stage1", "stage2"],
    )


def grounding_dino(folder: Path) -> Path:
    hf = transformers()

    tokenizer = bert_tokenizer(folder)
    text = hf.BertConfig(**TEXT, vocab_size=len(tokenizer), max_position_embeddings=64)
    config = hf.GroundingDinoConfig(
        backbone_config=swin(),
        text_config=text,
        d_model=32,
        encoder_layers=1,
        decoder_layers=2,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        num_queries=6,
        num_feature_levels=2,
        max_text_len=32,
        two_stage=True,
    )
    pictures = hf.GroundingDinoImageProcessor(size={"shortest_edge": 32, "longest_edge": 48})
    return save(folder, hf.GroundingDinoForObjectDetection(config), hf.GroundingDinoProcessor(pictures, tokenizer))


def detr(folder: Path) -> Path:
    hf = transformers()

    backbone = hf.ResNetConfig(embedding_size=8, hidden_sizes=[8, 8], depths=[1, 1], out_features=["stage2"])
    names = {0: "cat", 1: "dog", 2: "person"}
    config = hf.DetrConfig(
        backbone_config=backbone,
        use_timm_backbone=False,
        backbone=None,
        use_pretrained_backbone=False,
        d_model=16,
        encoder_layers=1,
        decoder_layers=1,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        num_queries=6,
        id2label=names,
        label2id={name: number for number, name in names.items()},
    )
    return save(folder, hf.DetrForObjectDetection(config), hf.DetrImageProcessor(size={"shortest_edge": 32, "longest_edge": 48}))


def lifted(network: Any) -> Any:
    """A fresh network's depths are 0 all over; this one's differ and are mostly above 0."""
    import torch

    for part in network.modules():
        if isinstance(part, torch.nn.Conv2d | torch.nn.ConvTranspose2d | torch.nn.Linear):
            torch.nn.init.normal_(part.weight, std=0.2)
    last = [part for part in network.head.modules() if isinstance(part, torch.nn.Conv2d)][-1]
    torch.nn.init.ones_(last.state_dict()["bias"])
    return network


def depth_anything(folder: Path) -> Path:
    hf = transformers()

    backbone = hf.Dinov2Config(
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=28,
        patch_size=14,
        out_features=["stage1", "stage2"],
        reshape_hidden_states=False,
    )
    config = hf.DepthAnythingConfig(
        backbone_config=backbone,
        reassemble_hidden_size=16,
        patch_size=14,
        reassemble_factors=[2, 1],
        neck_hidden_sizes=[8, 8],
        fusion_hidden_size=8,
        head_hidden_size=8,
    )
    pictures = hf.DPTImageProcessor(size={"height": 28, "width": 28}, keep_aspect_ratio=True, ensure_multiple_of=14)
    return save(folder, lifted(hf.DepthAnythingForDepthEstimation(config)), pictures)


def dpt(folder: Path) -> Path:
    hf = transformers()

    config = hf.DPTConfig(
        **VISION,
        backbone_out_indices=[0, 1, 2, 3],
        neck_hidden_sizes=[8, 8, 8, 8],
        fusion_hidden_size=8,
    )
    config.num_hidden_layers = 4
    return save(folder, lifted(hf.DPTForDepthEstimation(config)), hf.DPTImageProcessor(size={"height": 32, "width": 32}))


STAGES = ["stage1", "stage2", "stage3", "stage4"]
OUTLINED = {0: "cat", 1: "sky-other-merged", 2: "person"}
NAMES = {"id2label": OUTLINED, "label2id": {name: number for number, name in OUTLINED.items()}}
DETR = {
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_ffn_dim": 32,
    "decoder_ffn_dim": 32,
    "encoder_attention_heads": 8,
    "decoder_attention_heads": 8,
    "num_queries": 6,
}


def large_swin() -> Any:
    """With all four stages, as networks for outlines want it."""
    return transformers().SwinConfig(
        image_size=64,
        embed_dim=8,
        depths=[1, 1, 1, 1],
        num_heads=[1, 1, 1, 1],
        window_size=2,
        patch_size=4,
        out_features=STAGES,
    )


def maskformer(folder: Path) -> Path:
    hf = transformers()

    config = hf.MaskFormerConfig(
        backbone_config=large_swin(),
        decoder_config=hf.DetrConfig(d_model=32, **DETR),
        fpn_feature_size=32,
        mask_feature_size=32,
        **NAMES,
    )
    pictures = hf.MaskFormerImageProcessor(size={"height": 64, "width": 64})
    return save(folder, apart(hf.MaskFormerForInstanceSegmentation(config)), pictures)


def detr_panoptic(folder: Path) -> Path:
    hf = transformers()

    config = hf.DetrConfig(
        backbone_config=hf.ResNetConfig(embedding_size=8, hidden_sizes=[8, 8, 8, 8], depths=[1, 1, 1, 1], out_features=STAGES),
        use_timm_backbone=False,
        backbone=None,
        use_pretrained_backbone=False,
        d_model=16,
        **DETR,
        **NAMES,
    )
    return save(folder, hf.DetrForSegmentation(config), hf.DetrImageProcessor(size={"shortest_edge": 32, "longest_edge": 48}))


def eomt(folder: Path) -> Path:
    hf = transformers()

    config = hf.EomtConfig(
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=64,
        patch_size=16,
        num_queries=6,
        num_blocks=1,
        num_upscale_blocks=1,
        **NAMES,
    )
    pictures = hf.EomtImageProcessor(size={"shortest_edge": 64, "longest_edge": 64}, do_pad=True, do_split_image=False)
    return save(folder, hf.EomtForUniversalSegmentation(config), pictures)


def mask2former(folder: Path) -> Path:
    hf = transformers()

    config = hf.Mask2FormerConfig(
        backbone_config=large_swin(),
        feature_size=32,
        mask_feature_size=32,
        hidden_dim=32,
        encoder_feedforward_dim=32,
        encoder_layers=1,
        decoder_layers=2,
        num_attention_heads=2,
        dim_feedforward=32,
        num_queries=6,
        **NAMES,
    )
    pictures = hf.Mask2FormerImageProcessor(size={"height": 64, "width": 64})
    return save(folder, apart(hf.Mask2FormerForUniversalSegmentation(config)), pictures)


def apart(network: Any) -> Any:
    """A fresh network's queries are all alike; this one's differ and each means something, so that pixels go to some of them."""
    import torch

    for name, weight in network.named_parameters():
        if "queries" in name or "class_predictor" in name or "mask_embedder" in name:
            torch.nn.init.normal_(weight, std=2.0)
    with torch.no_grad():
        network.class_predictor.bias[-1] = -100.0  # the class of nothing
    return network


def sam(folder: Path) -> Path:
    hf = transformers()

    config = hf.SamConfig(
        vision_config={**VISION, "output_channels": 16, "global_attn_indexes": [0], "num_pos_feats": 8, "window_size": 0},
        prompt_encoder_config={"hidden_size": 16, "image_size": 32, "patch_size": 8, "mask_input_channels": 4},
        mask_decoder_config={
            "hidden_size": 16,
            "mlp_dim": 32,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "iou_head_hidden_dim": 16,
        },
    )
    pictures = hf.SamImageProcessor(
        size={"longest_edge": 32},
        mask_size={"longest_edge": 16},
        pad_size={"height": 32, "width": 32},
        mask_pad_size={"height": 16, "width": 16},
    )
    return save(folder, hf.SamModel(config), hf.SamProcessor(pictures))


def sam2(folder: Path) -> Path:
    hf = transformers()

    backbone = {
        "model_type": "sam2_hiera_det_model",
        "hidden_size": 8,
        "num_attention_heads": 1,
        "image_size": [256, 256],
        "blocks_per_stage": [1, 1, 2, 1],
        "embed_dim_per_stage": [8, 16, 32, 64],
        "num_attention_heads_per_stage": [1, 2, 4, 8],
        "window_size_per_stage": [8, 8, 8, 8],
        "global_attention_blocks": [3],
        "window_positional_embedding_background_size": [2, 2],
    }
    config = hf.Sam2Config(
        vision_config={
            "backbone_config": backbone,
            "backbone_channel_list": [64, 32, 16, 8],
            "fpn_hidden_size": 32,
            "backbone_feature_sizes": [[64, 64], [32, 32], [16, 16]],
        },
        prompt_encoder_config={"hidden_size": 32, "image_size": 256, "patch_size": 16, "mask_input_channels": 4},
        mask_decoder_config={"hidden_size": 32, "mlp_dim": 32, "num_attention_heads": 2, "iou_head_hidden_dim": 16},
    )
    pictures = hf.Sam2ImageProcessor(size={"height": 256, "width": 256}, mask_size={"height": 64, "width": 64})
    return save(folder, hf.Sam2Model(config), hf.Sam2Processor(pictures, target_size=256))


def timm_vit(folder: Path) -> Path:
    """A network of timm in a folder as timm itself writes it for the hub."""
    import timm
    from timm.models import save_for_hf

    network = timm.create_model(
        "vit_tiny_patch16_224", img_size=32, patch_size=8, embed_dim=16, depth=1, num_heads=2, num_classes=5
    )
    save_for_hf(
        network,
        str(folder),
        model_config={"num_classes": 5},
        model_args={"img_size": 32, "patch_size": 8, "embed_dim": 16, "depth": 1, "num_heads": 2},
    )
    return folder


CHAT = (
    "{% for turn in messages %}{% for part in turn['content'] %}"
    "{% if part['type'] == 'image' %}<image>{% else %} {{ part['text'] }}{% endif %}"
    "{% endfor %}{% endfor %}{% if add_generation_prompt %} answer{% endif %}"
)


def llava(folder: Path, template: str | None = CHAT) -> Path:
    hf = transformers()

    tokenizer = word_tokenizer()
    tokenizer.add_special_tokens({"additional_special_tokens": ["<image>"]})
    image_token = tokenizer.convert_tokens_to_ids("<image>")
    text = hf.LlamaConfig(
        **TEXT, vocab_size=len(tokenizer), max_position_embeddings=256, pad_token_id=0, bos_token_id=1, eos_token_id=2
    )
    config = hf.LlavaConfig(
        vision_config=hf.CLIPVisionConfig(**VISION),
        text_config=text,
        image_token_index=image_token,
        vision_feature_layer=-1,
        vision_feature_select_strategy="default",
    )
    pictures = hf.CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})
    processor = hf.LlavaProcessor(
        pictures,
        tokenizer,
        patch_size=8,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=template,
    )
    return save(folder, hf.LlavaForConditionalGeneration(config), processor)
